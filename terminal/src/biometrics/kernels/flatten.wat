;; Local mean 0 and deviation 1 for one row of samples (kernels/flatten.ts), four samples (one cell) at a time.
;;
;; Mean and deviation are known at the middles of the cells, 1.5 samples into each: the first two samples of a cell lie between
;; the cell before and it, the other two between it and the next. f32 throughout, in the order of the TypeScript twin.
;; Addresses are in bytes; the maps have one more value before the first cell and after the last.
(module
  (memory (export "memory") 1)
  (func (export "flattenRow")
    (param $samples i32) (param $means i32) (param $deviations i32) (param $cells i32) (param $into i32)
    (param $floor f32) (param $clip f32)
    (local $end i32) (local $mean v128) (local $deviation v128) (local $high v128) (local $low v128)
    (local.set $end (i32.add (local.get $samples) (i32.shl (local.get $cells) (i32.const 4))))
    (local.set $high (f32x4.splat (local.get $clip)))
    (local.set $low (f32x4.neg (local.get $high)))
    (loop $next
      (local.set $mean (f32x4.add
        (f32x4.add
          (f32x4.mul (v128.load32_splat (local.get $means)) (v128.const f32x4 0.375 0.125 0 0))
          (f32x4.mul (v128.load32_splat offset=4 (local.get $means)) (v128.const f32x4 0.625 0.875 0.875 0.625)))
        (f32x4.mul (v128.load32_splat offset=8 (local.get $means)) (v128.const f32x4 0 0 0.125 0.375))))
      (local.set $deviation (f32x4.add
        (f32x4.add
          (f32x4.mul (v128.load32_splat (local.get $deviations)) (v128.const f32x4 0.375 0.125 0 0))
          (f32x4.mul (v128.load32_splat offset=4 (local.get $deviations)) (v128.const f32x4 0.625 0.875 0.875 0.625)))
        (f32x4.mul (v128.load32_splat offset=8 (local.get $deviations)) (v128.const f32x4 0 0 0.125 0.375))))
      (v128.store align=4 (local.get $into) (f32x4.max (local.get $low) (f32x4.min (local.get $high)
        (f32x4.div
          (f32x4.sub (local.get $mean) (v128.load align=4 (local.get $samples)))
          (f32x4.add (local.get $deviation) (f32x4.splat (local.get $floor)))))))
      (local.set $means (i32.add (local.get $means) (i32.const 4)))
      (local.set $deviations (i32.add (local.get $deviations) (i32.const 4)))
      (local.set $into (i32.add (local.get $into) (i32.const 16)))
      (local.set $samples (i32.add (local.get $samples) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $samples) (local.get $end))))))
