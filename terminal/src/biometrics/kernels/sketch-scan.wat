;; For sixteen minutiae of a probe at once, the most alike minutia of one stored finger (gallery/scanner.ts is the twin).
;;
;; The probe lies byte by byte: vector k of a block holds byte k of sixteen sketches, so that a stored sketch is compared
;; with all sixteen by spreading one byte after the other, and no vector is ever summed across.
;;
;; $sketches, $count: a finger's sketches, 18 bytes each (16 of bits, direction in 1/256 turn, half the number of bits set).
;; $probe, $blocks: blocks of 288 bytes in the same order, sixteen bytes each.
;; $nearest: gets 32 bytes a block: sixteen likenesses, then sixteen turns from the probe's minutia to the stored one.
;; Likeness is half the bits set in both sketches less the bits that differ, at least 0; a pair turned by more than $gate
;; counts as unlike, and of equals the first stays.
(module
  (memory (export "memory") 1)
  (func (export "nearest")
    (param $sketches i32) (param $count i32) (param $probe i32) (param $blocks i32) (param $nearest i32) (param $gate i32)
    (local $at i32) (local $end i32) (local $last i32)
    (local $apart v128) (local $turn v128) (local $likeness v128) (local $best v128) (local $bestTurn v128)
    (local $low v128) (local $span v128)
    (local.set $low (i8x16.splat (local.get $gate)))
    (local.set $span (i8x16.splat (i32.shl (local.get $gate) (i32.const 1))))
    (local.set $end (i32.add (local.get $sketches) (i32.mul (local.get $count) (i32.const 18))))
    (local.set $last (i32.add (local.get $probe) (i32.mul (local.get $blocks) (i32.const 288))))
    (block $blocksDone
      (loop $nextBlock
        (br_if $blocksDone (i32.ge_u (local.get $probe) (local.get $last)))
        (local.set $best (v128.const i64x2 0 0))
        (local.set $bestTurn (v128.const i64x2 0 0))
        (local.set $at (local.get $sketches))
        (block $sketchesDone
          (loop $nextSketch
            (br_if $sketchesDone (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $apart (v128.const i64x2 0 0))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=0 (local.get $probe)) (v128.load8_splat offset=0 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=16 (local.get $probe)) (v128.load8_splat offset=1 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=32 (local.get $probe)) (v128.load8_splat offset=2 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=48 (local.get $probe)) (v128.load8_splat offset=3 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=64 (local.get $probe)) (v128.load8_splat offset=4 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=80 (local.get $probe)) (v128.load8_splat offset=5 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=96 (local.get $probe)) (v128.load8_splat offset=6 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=112 (local.get $probe)) (v128.load8_splat offset=7 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=128 (local.get $probe)) (v128.load8_splat offset=8 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=144 (local.get $probe)) (v128.load8_splat offset=9 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=160 (local.get $probe)) (v128.load8_splat offset=10 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=176 (local.get $probe)) (v128.load8_splat offset=11 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=192 (local.get $probe)) (v128.load8_splat offset=12 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=208 (local.get $probe)) (v128.load8_splat offset=13 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=224 (local.get $probe)) (v128.load8_splat offset=14 (local.get $at))))))
            (local.set $apart (i8x16.add (local.get $apart) (i8x16.popcnt
              (v128.xor (v128.load offset=240 (local.get $probe)) (v128.load8_splat offset=15 (local.get $at))))))
            (local.set $likeness (i8x16.sub_sat_u
              (i8x16.add (v128.load offset=272 (local.get $probe)) (v128.load8_splat offset=17 (local.get $at)))
              (local.get $apart)))
            (local.set $turn (i8x16.sub (v128.load8_splat offset=16 (local.get $at)) (v128.load offset=256 (local.get $probe))))
            (local.set $likeness (v128.and (local.get $likeness)
              (i8x16.le_u (i8x16.add (local.get $turn) (local.get $low)) (local.get $span))))
            (local.set $bestTurn (v128.bitselect (local.get $turn) (local.get $bestTurn)
              (i8x16.gt_u (local.get $likeness) (local.get $best))))
            (local.set $best (i8x16.max_u (local.get $likeness) (local.get $best)))
            (local.set $at (i32.add (local.get $at) (i32.const 18)))
            (br $nextSketch)))
        (v128.store (local.get $nearest) (local.get $best))
        (v128.store offset=16 (local.get $nearest) (local.get $bestTurn))
        (local.set $nearest (i32.add (local.get $nearest) (i32.const 32)))
        (local.set $probe (i32.add (local.get $probe) (i32.const 288)))
        (br $nextBlock)))))
