;; The inner loops that plain-kernels.ts states in TypeScript, on several numbers at once: the same arguments, operations and bits.
;; Places are in bytes. scripts/saliency-kernels.mjs assembles it into module-bytes.ts.
(module
  ;; 1 MiB, and never more.
  (memory (export "memory") 16 16)

  ;; A row of floats at another width: see kernels.ts. Two places at a time; what lies beyond a gap's end, the next gap writes over.
  (func (export "stretch") (param $row i32) (param $from i32) (param $ends i32) (param $starts i32) (param $pitch f64) (param $out i32)
    (local $gap i32) (local $place i32) (local $end i32) (local $left f64) (local $right f64) (local $step f64)
    (local $value v128) (local $twice v128)
    (local.set $place (local.get $out))
    (local.set $left (f64.promote_f32 (f32.load (local.get $row))))
    (local.set $right (local.get $left))
    (loop $gaps
      (if (i32.lt_u (local.get $gap) (local.get $from))
        (then (local.set $right (f64.promote_f32 (f32.load (local.get $row))))))
      (local.set $step (f64.mul (f64.sub (local.get $right) (local.get $left)) (local.get $pitch)))
      (local.set $value
        (f64x2.splat
          (f64.add
            (local.get $left)
            (f64.mul (f64.sub (local.get $right) (local.get $left)) (f64.load (local.get $starts))))))
      (local.set $value
        (f64x2.replace_lane 1
          (local.get $value)
          (f64.add (f64x2.extract_lane 0 (local.get $value)) (local.get $step))))
      (local.set $twice (f64x2.splat (f64.mul (f64.const 2) (local.get $step))))
      (local.set $end (i32.add (local.get $out) (i32.shl (i32.load (local.get $ends)) (i32.const 3))))
      (block $empty
        (br_if $empty (i32.ge_u (local.get $place) (local.get $end)))
        (loop $two
          (v128.store (local.get $place) (local.get $value))
          (local.set $value (f64x2.add (local.get $value) (local.get $twice)))
          (local.set $place (i32.add (local.get $place) (i32.const 16)))
          (br_if $two (i32.lt_u (local.get $place) (local.get $end)))))
      (local.set $place (local.get $end))
      (local.set $left (local.get $right))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (local.set $ends (i32.add (local.get $ends) (i32.const 4)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 8)))
      (local.set $gap (i32.add (local.get $gap) (i32.const 1)))
      (br_if $gaps (i32.le_u (local.get $gap) (local.get $from)))))

  ;; out[r][x] = upper[x] + (lower[x] - upper[x]) fractions[r], doubles to floats; four columns stay in registers while rows go by.
  ;; From the right: what the last four write beyond a row's end, the first four of the next row write over. Behind the last row
  ;; there must be room for three more floats.
  (func (export "blend")
    (param $upper i32) (param $lower i32) (param $fractions i32) (param $rows i32) (param $width i32) (param $out i32)
    (local $x i32) (local $from i32) (local $to i32) (local $fraction i32) (local $end i32)
    (local $a v128) (local $b v128) (local $stepA v128) (local $stepB v128) (local $f v128)
    (local.set $end (i32.add (local.get $fractions) (i32.shl (local.get $rows) (i32.const 3))))
    (local.set $x (i32.and (i32.sub (local.get $width) (i32.const 1)) (i32.const -4)))
    (loop $columns
      (local.set $from (i32.add (local.get $upper) (i32.shl (local.get $x) (i32.const 3))))
      (local.set $a (v128.load (local.get $from)))
      (local.set $b (v128.load offset=16 (local.get $from)))
      (local.set $from (i32.add (local.get $lower) (i32.shl (local.get $x) (i32.const 3))))
      (local.set $stepA (f64x2.sub (v128.load (local.get $from)) (local.get $a)))
      (local.set $stepB (f64x2.sub (v128.load offset=16 (local.get $from)) (local.get $b)))
      (local.set $to (i32.add (local.get $out) (i32.shl (local.get $x) (i32.const 2))))
      (local.set $fraction (local.get $fractions))
      (loop $row
        (local.set $f (v128.load64_splat (local.get $fraction)))
        (v128.store (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (f32x4.demote_f64x2_zero (f64x2.add (local.get $a) (f64x2.mul (local.get $stepA) (local.get $f))))
            (f32x4.demote_f64x2_zero (f64x2.add (local.get $b) (f64x2.mul (local.get $stepB) (local.get $f))))))
        (local.set $to (i32.add (local.get $to) (i32.shl (local.get $width) (i32.const 2))))
        (local.set $fraction (i32.add (local.get $fraction) (i32.const 8)))
        (br_if $row (i32.lt_u (local.get $fraction) (local.get $end))))
      (local.set $x (i32.sub (local.get $x) (i32.const 4)))
      (br_if $columns (i32.ge_s (local.get $x) (i32.const 0)))))

  ;; out[i] = weights[0] c[i] + weights[1] (b[i] + d[i]) + weights[2] (a[i] + e[i]), doubles.
  (func (export "five")
    (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $e i32) (param $weights i32) (param $count i32) (param $out i32)
    (local $end i32) (local $middle v128) (local $near v128) (local $far v128)
    (local.set $middle (v128.load64_splat (local.get $weights)))
    (local.set $near (v128.load64_splat offset=8 (local.get $weights)))
    (local.set $far (v128.load64_splat offset=16 (local.get $weights)))
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 3))))
    (loop $two
      (v128.store (local.get $out)
        (f64x2.add
          (f64x2.add
            (f64x2.mul (local.get $middle) (v128.load (local.get $c)))
            (f64x2.mul (local.get $near) (f64x2.add (v128.load (local.get $b)) (v128.load (local.get $d)))))
          (f64x2.mul (local.get $far) (f64x2.add (v128.load (local.get $a)) (v128.load (local.get $e))))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $c (i32.add (local.get $c) (i32.const 16)))
      (local.set $d (i32.add (local.get $d) (i32.const 16)))
      (local.set $e (i32.add (local.get $e) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $two (i32.lt_u (local.get $out) (local.get $end)))))

  ;; One step of a Fourier transform: a, b, c and d of each signal, a quarter apart, become a + b + c + d, w1 (a - i b - c + i d),
  ;; w2 (a - b + c - d) and w3 (a + i b - c - i d). Two signals at a time, from the right: see blend.
  (func (export "butterfly")
    (param $from i32) (param $to i32) (param $im i32) (param $quarter i32) (param $count i32)
    (param $re1 f64) (param $im1 f64) (param $re2 f64) (param $im2 f64) (param $re3 f64) (param $im3 f64)
    (local $x i32) (local $bytes i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $out i32)
    (local $aR v128) (local $aI v128) (local $bR v128) (local $bI v128) (local $cR v128) (local $cI v128) (local $dR v128) (local $dI v128)
    (local $sumR v128) (local $sumI v128) (local $oddR v128) (local $oddI v128)
    (local $w1R v128) (local $w1I v128) (local $w2R v128) (local $w2I v128) (local $w3R v128) (local $w3I v128)
    (local.set $w1R (f64x2.splat (local.get $re1)))
    (local.set $w1I (f64x2.splat (local.get $im1)))
    (local.set $w2R (f64x2.splat (local.get $re2)))
    (local.set $w2I (f64x2.splat (local.get $im2)))
    (local.set $w3R (f64x2.splat (local.get $re3)))
    (local.set $w3I (f64x2.splat (local.get $im3)))
    (local.set $bytes (i32.shl (local.get $count) (i32.const 3)))
    (local.set $x (i32.and (i32.sub (local.get $bytes) (i32.const 8)) (i32.const -16)))
    (loop $two
      (local.set $a (i32.add (local.get $from) (local.get $x)))
      (local.set $b (i32.add (local.get $a) (local.get $quarter)))
      (local.set $c (i32.add (local.get $b) (local.get $quarter)))
      (local.set $d (i32.add (local.get $c) (local.get $quarter)))
      (local.set $aR (v128.load (local.get $a)))
      (local.set $bR (v128.load (local.get $b)))
      (local.set $cR (v128.load (local.get $c)))
      (local.set $dR (v128.load (local.get $d)))
      (local.set $aI (v128.load (i32.add (local.get $a) (local.get $im))))
      (local.set $bI (v128.load (i32.add (local.get $b) (local.get $im))))
      (local.set $cI (v128.load (i32.add (local.get $c) (local.get $im))))
      (local.set $dI (v128.load (i32.add (local.get $d) (local.get $im))))
      (local.set $sumR (f64x2.add (local.get $aR) (local.get $cR)))
      (local.set $sumI (f64x2.add (local.get $aI) (local.get $cI)))
      (local.set $oddR (f64x2.add (local.get $bR) (local.get $dR)))
      (local.set $oddI (f64x2.add (local.get $bI) (local.get $dI)))
      ;; c becomes a - c, and d becomes i (b - d).
      (local.set $cR (f64x2.sub (local.get $aR) (local.get $cR)))
      (local.set $cI (f64x2.sub (local.get $aI) (local.get $cI)))
      (local.set $aR (f64x2.sub (local.get $dI) (local.get $bI)))
      (local.set $dI (f64x2.sub (local.get $bR) (local.get $dR)))
      (local.set $dR (local.get $aR))
      (local.set $out (i32.add (local.get $to) (local.get $x)))
      (v128.store (local.get $out) (f64x2.add (local.get $sumR) (local.get $oddR)))
      (v128.store (i32.add (local.get $out) (local.get $im)) (f64x2.add (local.get $sumI) (local.get $oddI)))
      (local.set $out (i32.add (local.get $out) (local.get $bytes)))
      (local.set $bR (f64x2.sub (local.get $cR) (local.get $dR)))
      (local.set $bI (f64x2.sub (local.get $cI) (local.get $dI)))
      (v128.store (local.get $out)
        (f64x2.sub (f64x2.mul (local.get $bR) (local.get $w1R)) (f64x2.mul (local.get $bI) (local.get $w1I))))
      (v128.store (i32.add (local.get $out) (local.get $im))
        (f64x2.add (f64x2.mul (local.get $bR) (local.get $w1I)) (f64x2.mul (local.get $bI) (local.get $w1R))))
      (local.set $out (i32.add (local.get $out) (local.get $bytes)))
      (local.set $bR (f64x2.sub (local.get $sumR) (local.get $oddR)))
      (local.set $bI (f64x2.sub (local.get $sumI) (local.get $oddI)))
      (v128.store (local.get $out)
        (f64x2.sub (f64x2.mul (local.get $bR) (local.get $w2R)) (f64x2.mul (local.get $bI) (local.get $w2I))))
      (v128.store (i32.add (local.get $out) (local.get $im))
        (f64x2.add (f64x2.mul (local.get $bR) (local.get $w2I)) (f64x2.mul (local.get $bI) (local.get $w2R))))
      (local.set $out (i32.add (local.get $out) (local.get $bytes)))
      (local.set $bR (f64x2.add (local.get $cR) (local.get $dR)))
      (local.set $bI (f64x2.add (local.get $cI) (local.get $dI)))
      (v128.store (local.get $out)
        (f64x2.sub (f64x2.mul (local.get $bR) (local.get $w3R)) (f64x2.mul (local.get $bI) (local.get $w3I))))
      (v128.store (i32.add (local.get $out) (local.get $im))
        (f64x2.add (f64x2.mul (local.get $bR) (local.get $w3I)) (f64x2.mul (local.get $bI) (local.get $w3R))))
      (local.set $x (i32.sub (local.get $x) (i32.const 16)))
      (br_if $two (i32.ge_s (local.get $x) (i32.const 0)))))

  ;; sum[i] += values[i], floats.
  (func (export "add") (param $sum i32) (param $values i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $sum) (i32.shl (local.get $count) (i32.const 2))))
    (loop $four
      (v128.store (local.get $sum) (f32x4.add (v128.load (local.get $sum)) (v128.load (local.get $values))))
      (local.set $sum (i32.add (local.get $sum) (i32.const 16)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $sum) (local.get $end)))))

  ;; Floats as doubles.
  (func (export "widen") (param $from i32) (param $count i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 3))))
    (loop $two
      (v128.store (local.get $out) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $from))))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $two (i32.lt_u (local.get $out) (local.get $end)))))

  ;; Doubles as floats.
  (func (export "narrow") (param $from i32) (param $count i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (loop $two
      (v128.store64_lane 0 (local.get $out) (f32x4.demote_f64x2_zero (v128.load (local.get $from))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (br_if $two (i32.lt_u (local.get $out) (local.get $end)))))

  ;; out[x] = row[2x] + 4 row[2x + 1] + 6 row[2x + 2] + 4 row[2x + 3] + row[2x + 4], doubles. Even and odd places are drawn apart.
  (func (export "halve") (param $row i32) (param $count i32) (param $out i32)
    (local $end i32) (local $p v128) (local $q v128) (local $r v128) (local $s v128) (local $even v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 3))))
    (loop $two
      (local.set $p (v128.load (local.get $row)))
      (local.set $q (v128.load offset=16 (local.get $row)))
      (local.set $r (v128.load offset=32 (local.get $row)))
      (local.set $s (v128.load64_zero offset=48 (local.get $row)))
      (local.set $even (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $q) (local.get $r)))
      (v128.store (local.get $out)
        (f64x2.add
          (f64x2.add
            (f64x2.add
              (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $p) (local.get $q))
              (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $r) (local.get $s)))
            (f64x2.mul
              (f64x2.splat (f64.const 4))
              (f64x2.add
                (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $p) (local.get $q))
                (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $q) (local.get $r)))))
          (f64x2.mul (f64x2.splat (f64.const 6)) (local.get $even))))
      (local.set $row (i32.add (local.get $row) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $two (i32.lt_u (local.get $out) (local.get $end)))))

  ;; The opponent colours of pixels of three floats, as doubles: see kernels.ts. Two pixels at a time, r g b r | b r g b.
  (func (export "opponents")
    (param $pixels i32) (param $count i32) (param $scale f64) (param $dark f64)
    (param $intensity i32) (param $redGreen i32) (param $blueYellow i32)
    (local $end i32) (local $first v128) (local $second v128) (local $r v128) (local $g v128) (local $b v128) (local $sum v128)
    (local $red v128) (local $green v128) (local $blue v128) (local $yellow v128) (local $share v128)
    (local.set $end (i32.add (local.get $intensity) (i32.shl (local.get $count) (i32.const 3))))
    (loop $two
      (local.set $first (v128.load (local.get $pixels)))
      (local.set $second (v128.load offset=8 (local.get $pixels)))
      (local.set $r (f64x2.promote_low_f32x4
        (i8x16.shuffle 0 1 2 3 12 13 14 15 0 1 2 3 0 1 2 3 (local.get $first) (local.get $first))))
      (local.set $g (f64x2.promote_low_f32x4
        (i8x16.shuffle 4 5 6 7 24 25 26 27 0 1 2 3 0 1 2 3 (local.get $first) (local.get $second))))
      (local.set $b (f64x2.promote_low_f32x4
        (i8x16.shuffle 0 1 2 3 12 13 14 15 0 1 2 3 0 1 2 3 (local.get $second) (local.get $second))))
      (local.set $sum (f64x2.add (f64x2.add (local.get $r) (local.get $g)) (local.get $b)))
      (v128.store (local.get $intensity) (f64x2.mul (local.get $sum) (f64x2.splat (local.get $scale))))
      (local.set $red (f64x2.sub (f64x2.mul (f64x2.splat (f64.const 3)) (local.get $r)) (local.get $sum)))
      (local.set $green (f64x2.sub (f64x2.mul (f64x2.splat (f64.const 3)) (local.get $g)) (local.get $sum)))
      (local.set $blue (f64x2.sub (f64x2.mul (f64x2.splat (f64.const 3)) (local.get $b)) (local.get $sum)))
      (local.set $yellow
        (f64x2.sub
          (f64x2.sub (f64x2.add (local.get $r) (local.get $g)) (f64x2.abs (f64x2.sub (local.get $r) (local.get $g))))
          (f64x2.mul (f64x2.splat (f64.const 2)) (local.get $b))))
      (local.set $share
        (v128.and
          (f64x2.div (f64x2.splat (f64.const 0.75)) (local.get $sum))
          (f64x2.gt (local.get $sum) (f64x2.splat (local.get $dark)))))
      (v128.store (local.get $redGreen)
        (f64x2.mul
          (f64x2.sub
            (f64x2.add (local.get $red) (f64x2.abs (local.get $red)))
            (f64x2.add (local.get $green) (f64x2.abs (local.get $green))))
          (local.get $share)))
      (v128.store (local.get $blueYellow)
        (f64x2.mul
          (f64x2.sub
            (f64x2.add (local.get $blue) (f64x2.abs (local.get $blue)))
            (f64x2.add (local.get $yellow) (f64x2.abs (local.get $yellow))))
          (local.get $share)))
      (local.set $pixels (i32.add (local.get $pixels) (i32.const 24)))
      (local.set $redGreen (i32.add (local.get $redGreen) (i32.const 16)))
      (local.set $blueYellow (i32.add (local.get $blueYellow) (i32.const 16)))
      (local.set $intensity (i32.add (local.get $intensity) (i32.const 16)))
      (br_if $two (i32.lt_u (local.get $intensity) (local.get $end)))))

  ;; The places from 1 to width - 2 at which a row of floats is above all eight neighbours, as integers; returns how many.
  (func (export "peaks") (param $above i32) (param $row i32) (param $below i32) (param $width i32) (param $out i32) (result i32)
    (local $x i32) (local $last i32) (local $mask i32) (local $start i32) (local $value v128)
    (local.set $start (local.get $out))
    (local.set $x (i32.const 1))
    (local.set $last (i32.sub (local.get $width) (i32.const 1)))
    (block $none
      (br_if $none (i32.ge_s (local.get $x) (local.get $last)))
      (loop $four
        (local.set $value (v128.load offset=4 (local.get $row)))
        (local.set $mask
          (i32x4.bitmask
            (v128.and
              (v128.and
                (v128.and
                  (f32x4.gt (local.get $value) (v128.load (local.get $row)))
                  (f32x4.gt (local.get $value) (v128.load offset=8 (local.get $row))))
                (v128.and
                  (f32x4.gt (local.get $value) (v128.load (local.get $above)))
                  (f32x4.gt (local.get $value) (v128.load offset=4 (local.get $above)))))
              (v128.and
                (v128.and
                  (f32x4.gt (local.get $value) (v128.load offset=8 (local.get $above)))
                  (f32x4.gt (local.get $value) (v128.load (local.get $below))))
                (v128.and
                  (f32x4.gt (local.get $value) (v128.load offset=4 (local.get $below)))
                  (f32x4.gt (local.get $value) (v128.load offset=8 (local.get $below))))))))
        ;; Lanes beyond the last place do not count.
        (if (i32.lt_s (i32.sub (local.get $last) (local.get $x)) (i32.const 4))
          (then
            (local.set $mask
              (i32.and
                (local.get $mask)
                (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $last) (local.get $x))) (i32.const 1))))))
        (block $done
          (loop $bit
            (br_if $done (i32.eqz (local.get $mask)))
            (i32.store (local.get $out) (i32.add (local.get $x) (i32.ctz (local.get $mask))))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
            (br $bit)))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (local.set $above (i32.add (local.get $above) (i32.const 16)))
        (local.set $below (i32.add (local.get $below) (i32.const 16)))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (br_if $four (i32.lt_s (local.get $x) (local.get $last)))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))
)
