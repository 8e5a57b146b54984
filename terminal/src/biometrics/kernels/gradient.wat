;; Sums of squared gradients over cells of 4 x 4 samples, for a row of cells (kernels/gradient.ts).
;;
;; Scharr's 3-10-3 weights. Each of the four lanes sums its column of the cell from top to bottom, then the lanes are added as
;; (0 + 1) + (2 + 3); f32 throughout, in the order of the TypeScript twin. Addresses and strides are in bytes; of every cell three
;; f32 are written: the sums of gx gx, gy gy and gx gy.
(module
  (memory (export "memory") 1)
  (func $addLanes (param $v v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))
  (func (export "sumCells")
    (param $source i32) (param $stride i32) (param $cells i32) (param $into i32)
    (local $end i32) (local $above i32) (local $at i32) (local $below i32) (local $row i32)
    (local $falling v128) (local $rising v128) (local $gx v128) (local $gy v128)
    (local $xx v128) (local $yy v128) (local $xy v128)
    (local.set $end (i32.add (local.get $source) (i32.shl (local.get $cells) (i32.const 4))))
    (loop $nextCell
      (local.set $xx (v128.const f32x4 0 0 0 0))
      (local.set $yy (local.get $xx))
      (local.set $xy (local.get $xx))
      (local.set $row (i32.const 0))
      (local.set $at (local.get $source))
      (loop $nextRow
        (local.set $above (i32.sub (local.get $at) (local.get $stride)))
        (local.set $below (i32.add (local.get $at) (local.get $stride)))
        (local.set $falling (f32x4.sub
          (v128.load offset=4 align=4 (local.get $below))
          (v128.load align=4 (i32.sub (local.get $above) (i32.const 4)))))
        (local.set $rising (f32x4.sub
          (v128.load offset=4 align=4 (local.get $above))
          (v128.load align=4 (i32.sub (local.get $below) (i32.const 4)))))
        (local.set $gx (f32x4.add
          (f32x4.mul (f32x4.add (local.get $falling) (local.get $rising)) (v128.const f32x4 3 3 3 3))
          (f32x4.mul
            (f32x4.sub
              (v128.load offset=4 align=4 (local.get $at))
              (v128.load align=4 (i32.sub (local.get $at) (i32.const 4))))
            (v128.const f32x4 10 10 10 10))))
        (local.set $gy (f32x4.add
          (f32x4.mul (f32x4.sub (local.get $falling) (local.get $rising)) (v128.const f32x4 3 3 3 3))
          (f32x4.mul
            (f32x4.sub (v128.load align=4 (local.get $below)) (v128.load align=4 (local.get $above)))
            (v128.const f32x4 10 10 10 10))))
        (local.set $xx (f32x4.add (local.get $xx) (f32x4.mul (local.get $gx) (local.get $gx))))
        (local.set $yy (f32x4.add (local.get $yy) (f32x4.mul (local.get $gy) (local.get $gy))))
        (local.set $xy (f32x4.add (local.get $xy) (f32x4.mul (local.get $gx) (local.get $gy))))
        (local.set $at (local.get $below))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br_if $nextRow (i32.lt_u (local.get $row) (i32.const 4))))
      (f32.store (local.get $into) (call $addLanes (local.get $xx)))
      (f32.store offset=4 (local.get $into) (call $addLanes (local.get $yy)))
      (f32.store offset=8 (local.get $into) (call $addLanes (local.get $xy)))
      (local.set $into (i32.add (local.get $into) (i32.const 12)))
      (local.set $source (i32.add (local.get $source) (i32.const 16)))
      (br_if $nextCell (i32.lt_u (local.get $source) (local.get $end))))))
