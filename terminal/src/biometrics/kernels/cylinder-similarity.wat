;; Similarities of all cylinders of two templates (matcher/similarity-matrix.ts).
;;
;; A side is a block of 26624 bytes: bits of up to 256 minutiae (48 bytes each), the bits they can see (48 bytes each),
;; directions (i32, a full turn is 2^32, so that differences wrap by themselves) and usable flags (one byte each).
;; From address 0 on lie the roots of 0 ... 384 as f64. A result is 1 - root(different) / (root(onesA) + root(onesB)),
;; counted where both can see and rounded to single precision; 0 where the two may not be compared. Cells from the
;; floor on are listed as well: number of the cell plus 65536 times floor(511 * result). Answers how many.
(module
  (memory (export "memory") 9)
  (func (export "similarities")
    (param $a i32) (param $b i32) (param $out i32) (param $countA i32) (param $countB i32)
    (param $maxTurn i32) (param $minComparable i32) (param $floor f64) (param $list i32) (result i32)
    (local $cell i32) (local $result f64) (local $listed i32)
    (local $i i32) (local $j i32) (local $atA i32) (local $atB i32) (local $turn i32)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $va0 v128) (local $va1 v128) (local $va2 v128)
    (local $both v128) (local $bitsA v128) (local $bitsB v128)
    (local $seen v128) (local $different v128) (local $onesA v128) (local $onesB v128)
    (local $sums v128) (local $ones v128) (local $value f32)
    (block $allRows
      (loop $row
        (br_if $allRows (i32.ge_u (local.get $i) (local.get $countA)))
        (local.set $atA (i32.add (local.get $a) (i32.mul (local.get $i) (i32.const 48))))
        (local.set $a0 (v128.load (local.get $atA)))
        (local.set $a1 (v128.load offset=16 (local.get $atA)))
        (local.set $a2 (v128.load offset=32 (local.get $atA)))
        (local.set $va0 (v128.load offset=12288 (local.get $atA)))
        (local.set $va1 (v128.load offset=12304 (local.get $atA)))
        (local.set $va2 (v128.load offset=12320 (local.get $atA)))
        (local.set $turn (i32.add (local.get $maxTurn)
          (i32.load offset=24576 (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2))))))
        (local.set $j (i32.const 0))
        (block $allColumns
          (loop $column
            (br_if $allColumns (i32.ge_u (local.get $j) (local.get $countB)))
            (local.set $value (f32.const 0))
            (block $incomparable
              (br_if $incomparable (i32.eqz (i32.and
                (i32.load8_u offset=25600 (i32.add (local.get $a) (local.get $i)))
                (i32.load8_u offset=25600 (i32.add (local.get $b) (local.get $j))))))
              (br_if $incomparable (i32.gt_u
                (i32.sub (local.get $turn)
                  (i32.load offset=24576 (i32.add (local.get $b) (i32.shl (local.get $j) (i32.const 2)))))
                (i32.shl (local.get $maxTurn) (i32.const 1))))
              (local.set $atB (i32.add (local.get $b) (i32.mul (local.get $j) (i32.const 48))))
              (local.set $both (v128.and (local.get $va0) (v128.load offset=12288 (local.get $atB))))
              (local.set $bitsA (v128.and (local.get $a0) (local.get $both)))
              (local.set $bitsB (v128.and (v128.load (local.get $atB)) (local.get $both)))
              (local.set $seen (i8x16.popcnt (local.get $both)))
              (local.set $different (i8x16.popcnt (v128.xor (local.get $bitsA) (local.get $bitsB))))
              (local.set $onesA (i8x16.popcnt (local.get $bitsA)))
              (local.set $onesB (i8x16.popcnt (local.get $bitsB)))
              (local.set $both (v128.and (local.get $va1) (v128.load offset=12304 (local.get $atB))))
              (local.set $bitsA (v128.and (local.get $a1) (local.get $both)))
              (local.set $bitsB (v128.and (v128.load offset=16 (local.get $atB)) (local.get $both)))
              (local.set $seen (i8x16.add (local.get $seen) (i8x16.popcnt (local.get $both))))
              (local.set $different (i8x16.add (local.get $different)
                (i8x16.popcnt (v128.xor (local.get $bitsA) (local.get $bitsB)))))
              (local.set $onesA (i8x16.add (local.get $onesA) (i8x16.popcnt (local.get $bitsA))))
              (local.set $onesB (i8x16.add (local.get $onesB) (i8x16.popcnt (local.get $bitsB))))
              (local.set $both (v128.and (local.get $va2) (v128.load offset=12320 (local.get $atB))))
              (local.set $bitsA (v128.and (local.get $a2) (local.get $both)))
              (local.set $bitsB (v128.and (v128.load offset=32 (local.get $atB)) (local.get $both)))
              (local.set $seen (i16x8.extadd_pairwise_i8x16_u
                (i8x16.add (local.get $seen) (i8x16.popcnt (local.get $both)))))
              (local.set $different (i16x8.extadd_pairwise_i8x16_u (i8x16.add (local.get $different)
                (i8x16.popcnt (v128.xor (local.get $bitsA) (local.get $bitsB))))))
              (local.set $onesA (i16x8.extadd_pairwise_i8x16_u
                (i8x16.add (local.get $onesA) (i8x16.popcnt (local.get $bitsA)))))
              (local.set $onesB (i16x8.extadd_pairwise_i8x16_u
                (i8x16.add (local.get $onesB) (i8x16.popcnt (local.get $bitsB)))))
              ;; Eight lanes of each become four, then two, then one: seen, different, onesA, onesB.
              (local.set $sums (i16x8.add
                (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $seen) (local.get $different))
                (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $seen) (local.get $different))))
              (local.set $ones (i16x8.add
                (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $onesA) (local.get $onesB))
                (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $onesA) (local.get $onesB))))
              (local.set $sums (i32x4.extadd_pairwise_i16x8_u (i16x8.add
                (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $sums) (local.get $ones))
                (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $sums) (local.get $ones)))))
              (br_if $incomparable (i32.lt_u (i32x4.extract_lane 0 (local.get $sums)) (local.get $minComparable)))
              (br_if $incomparable (i32.eqz (i32.add
                (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums)))))
              (local.set $value (f32.demote_f64 (f64.sub (f64.const 1) (f64.div
                (f64.load (i32.shl (i32x4.extract_lane 1 (local.get $sums)) (i32.const 3)))
                (f64.add
                  (f64.load (i32.shl (i32x4.extract_lane 2 (local.get $sums)) (i32.const 3)))
                  (f64.load (i32.shl (i32x4.extract_lane 3 (local.get $sums)) (i32.const 3))))))))
              (local.set $result (f64.promote_f32 (local.get $value)))
              (br_if $incomparable (f64.lt (local.get $result) (local.get $floor)))
              (i32.store (i32.add (local.get $list) (i32.shl (local.get $listed) (i32.const 2)))
                (i32.or (local.get $cell)
                  (i32.shl (i32.trunc_f64_u (f64.mul (local.get $result) (f64.const 511))) (i32.const 16))))
              (local.set $listed (i32.add (local.get $listed) (i32.const 1))))
            (f32.store (local.get $out) (local.get $value))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (local.set $cell (i32.add (local.get $cell) (i32.const 1)))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br $column)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $row)))
    (local.get $listed)))
