;; One filter over a long row of samples: sixteen neighbouring sums at a time (kernels/blur.ts).
;;
;; Sums are f32, tap after tap in the order of the list: the TypeScript twin rounds the same way and gives the same bits.
;; All addresses, offsets and lengths are in bytes; a tap is an i32 offset followed by its f32 weight. Writes whole groups of 64
;; bytes until `length` bytes are written.
(module
  (memory (export "memory") 1)
  (func (export "weighSamples")
    (param $source i32) (param $target i32) (param $length i32) (param $taps i32) (param $tapCount i32)
    (local $end i32) (local $tap i32) (local $tapEnd i32) (local $at i32) (local $weight v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $end (i32.add (local.get $target) (local.get $length)))
    (local.set $tapEnd (i32.add (local.get $taps) (i32.shl (local.get $tapCount) (i32.const 3))))
    (block $done
      (loop $nextGroup
        (br_if $done (i32.ge_u (local.get $target) (local.get $end)))
        (local.set $sum0 (v128.const f32x4 0 0 0 0))
        (local.set $sum1 (local.get $sum0))
        (local.set $sum2 (local.get $sum0))
        (local.set $sum3 (local.get $sum0))
        (local.set $tap (local.get $taps))
        (loop $nextTap
          (local.set $at (i32.add (local.get $source) (i32.load (local.get $tap))))
          (local.set $weight (v128.load32_splat offset=4 (local.get $tap)))
          (local.set $sum0 (f32x4.add (local.get $sum0)
            (f32x4.mul (local.get $weight) (v128.load align=4 (local.get $at)))))
          (local.set $sum1 (f32x4.add (local.get $sum1)
            (f32x4.mul (local.get $weight) (v128.load offset=16 align=4 (local.get $at)))))
          (local.set $sum2 (f32x4.add (local.get $sum2)
            (f32x4.mul (local.get $weight) (v128.load offset=32 align=4 (local.get $at)))))
          (local.set $sum3 (f32x4.add (local.get $sum3)
            (f32x4.mul (local.get $weight) (v128.load offset=48 align=4 (local.get $at)))))
          (local.set $tap (i32.add (local.get $tap) (i32.const 8)))
          (br_if $nextTap (i32.lt_u (local.get $tap) (local.get $tapEnd))))
        (v128.store align=4 (local.get $target) (local.get $sum0))
        (v128.store offset=16 align=4 (local.get $target) (local.get $sum1))
        (v128.store offset=32 align=4 (local.get $target) (local.get $sum2))
        (v128.store offset=48 align=4 (local.get $target) (local.get $sum3))
        (local.set $source (i32.add (local.get $source) (i32.const 64)))
        (local.set $target (i32.add (local.get $target) (i32.const 64)))
        (br $nextGroup)))))
