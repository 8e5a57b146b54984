;; Filters along lines, each applied to cells of 4 x 4 pixels (stages/enhancement.ts).
;;
;; Four neighbouring pixels share a filter's offsets and weights, so a row of the cell is one vector. Sums are f32,
;; tap after tap in the order of the list: the TypeScript twin (line-filters.ts) rounds the same way and gives the same
;; bits. All addresses, offsets and strides are in bytes; a tap is an i32 offset followed by its f32 weight.
(module
  (memory (export "memory") 1)
  (func $filterCell (export "filterCell")
    (param $source i32) (param $target i32) (param $stride i32) (param $taps i32) (param $tapCount i32)
    (local $end i32) (local $at i32) (local $weight v128)
    (local $row0 v128) (local $row1 v128) (local $row2 v128) (local $row3 v128)
    (local.set $end (i32.add (local.get $taps) (i32.shl (local.get $tapCount) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $taps) (local.get $end)))
        (local.set $at (i32.add (local.get $source) (i32.load (local.get $taps))))
        (local.set $weight (v128.load32_splat offset=4 (local.get $taps)))
        (local.set $row0 (f32x4.add (local.get $row0)
          (f32x4.mul (local.get $weight) (v128.load align=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (local.set $row1 (f32x4.add (local.get $row1)
          (f32x4.mul (local.get $weight) (v128.load align=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (local.set $row2 (f32x4.add (local.get $row2)
          (f32x4.mul (local.get $weight) (v128.load align=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (local.set $row3 (f32x4.add (local.get $row3)
          (f32x4.mul (local.get $weight) (v128.load align=4 (local.get $at)))))
        (local.set $taps (i32.add (local.get $taps) (i32.const 8)))
        (br $next)))
    (v128.store align=4 (local.get $target) (local.get $row0))
    (local.set $target (i32.add (local.get $target) (local.get $stride)))
    (v128.store align=4 (local.get $target) (local.get $row1))
    (local.set $target (i32.add (local.get $target) (local.get $stride)))
    (v128.store align=4 (local.get $target) (local.get $row2))
    (local.set $target (i32.add (local.get $target) (local.get $stride)))
    (v128.store align=4 (local.get $target) (local.get $row3)))

  ;; A job is three i32: where the cell lies in source and target (from their beginnings), its first tap's address and
  ;; how many taps follow.
  (func (export "filterCells")
    (param $source i32) (param $target i32) (param $stride i32) (param $jobs i32) (param $jobCount i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $jobs) (i32.mul (local.get $jobCount) (i32.const 12))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $jobs) (local.get $end)))
        (local.set $at (i32.load (local.get $jobs)))
        (call $filterCell
          (i32.add (local.get $source) (local.get $at)) (i32.add (local.get $target) (local.get $at))
          (local.get $stride) (i32.load offset=4 (local.get $jobs)) (i32.load offset=8 (local.get $jobs)))
        (local.set $jobs (i32.add (local.get $jobs) (i32.const 12)))
        (br $next)))))
