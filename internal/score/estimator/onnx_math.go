package estimator

import "math"

// What ONNX Runtime reckons in float32, operation for operation. Names of files are
// those of https://github.com/microsoft/onnxruntime, onnxruntime/core.

// fma32 is x*y+z rounded once. The product of two float32s is exact in a float64; the
// sum is made odd where it is not exact, so that rounding it again to float32 cannot
// fall on the wrong side (Boldo and Melquiond, "Emulation of a FMA", 2008).
func fma32(x, y, z float32) float32 {
	p, w := float64(x)*float64(y), float64(z)
	sum := p + w
	t := sum - p
	if rest := (p - (sum - t)) + (w - t); rest != 0 && !math.IsInf(sum, 0) {
		if bits := math.Float64bits(sum); bits&1 == 0 {
			if (rest > 0) == (sum > 0) {
				bits++
			} else {
				bits--
			}
			sum = math.Float64frombits(bits)
		}
	}
	return float32(sum)
}

// exp32 is the C library's expf, whose result is not always the nearest float32: 2 to
// the power of a 32nd, from a table, times a polynomial of degree 3 for the rest, in
// float64 (glibc, sysdeps/ieee754/flt-32/e_expf.c). Where glibc fuses multiplications
// the sums differ by 1e-16 of their value, which is seen in one of 10^8 float32s.
func exp32(x float32) float32 {
	const steps = 32
	if x < -104 {
		return 0
	}
	if x > 89 {
		return float32(math.Inf(1))
	}
	z := float64(x) * (steps * math.Log2E)
	k := math.RoundToEven(z)
	r := z - k
	p := float64(0x1.c6af84b912394p-5/steps/steps/steps*r) + 0x1.ebfce50fac4f3p-3/steps/steps
	q := float64(0x1.62e42ff0c52d6p-1/steps*r) + 1
	n := int(k)
	return float32(math.Ldexp((float64(p*float64(r*r))+q)*exp32Table[n&(steps-1)], n>>5))
}

// exp32Table is 2 to the power of i/32.
var exp32Table = func() (table [32]float64) {
	for i := range table {
		table[i] = math.Exp2(float64(i) / 32)
	}
	return table
}()

// expit32 is ComputeLogistic of providers/cpu/ml/ml_common.h.
func expit32(x float32) float32 {
	v := 1 / (1 + exp32(-float32(math.Abs(float64(x)))))
	if x < 0 {
		return 1 - v
	}
	return v
}

// The coefficients of mlas/lib/logistic.cpp, which are Eigen's: odd powers above the
// line, even ones below it, the highest first.
var (
	sigmoidAbove = [...]float32{4.37031012579801e-11, 1.15627324459942e-07, 6.08574864600143e-05, 8.51377133304701e-03, 2.48287947061529e-01}
	sigmoidBelow = [...]float32{6.10247389755681e-13, 5.76102136993427e-09, 6.29106785017040e-06, 1.70198817374094e-03, 1.16817656904453e-01, 9.93151921023180e-01}
)

// sigmoid32 is MlasComputeLogistic with fused multiplications (LogisticKernelFma3).
func sigmoid32(x float32) float32 {
	x = min(max(x, -18), 18)
	square := x * x
	p, q := sigmoidAbove[0], sigmoidBelow[0]
	for _, c := range sigmoidAbove[1:] {
		p = fma32(p, square, c)
	}
	for _, c := range sigmoidBelow[1:] {
		q = fma32(q, square, c)
	}
	return min(max(float32(float32(p*x)/q)+0.5, 0), 1)
}

// softmax32 is ComputeSoftmax of ml_common.h.
func softmax32(row []float64) {
	largest := row[0]
	for _, v := range row {
		largest = max(largest, v)
	}
	sum := float32(0)
	for i, v := range row {
		e := exp32(float32(v) - float32(largest))
		row[i] = float64(e)
		sum += e
	}
	for i, v := range row {
		row[i] = float64(float32(v) / sum)
	}
}

// softmaxZero32 is ComputeSoftmaxZero of ml_common.h.
func softmaxZero32(row []float64) {
	largest := row[0]
	for _, v := range row {
		largest = max(largest, v)
	}
	scale, sum := exp32(-float32(largest)), float32(0)
	for i, v := range row {
		x := float32(v)
		if x > 0.0000001 || x < -0.0000001 {
			x = exp32(x - float32(largest))
			sum += x
		} else {
			x *= scale
		}
		row[i] = float64(x)
	}
	for i, v := range row {
		row[i] = float64(float32(v) / sum)
	}
}

// gemv32 is a row of a matrix times a vector as mlas/lib/x86_64/
// SgemmKernelM1TransposeBAvx.S has it: eight sums side by side, products rounded before
// they are added, then the sums added in an order that depends on how many rows (1, 2
// or 4) are worked off together.
func gemv32(row, x []float64, together int) float32 {
	var s [8]float32
	for i, c := range row {
		s[i%8] += float32(float32(c) * float32(x[i]))
	}
	switch together {
	case 4:
		return (((s[0] + s[1]) + s[2]) + s[3]) + (((s[4] + s[5]) + s[6]) + s[7])
	case 2:
		return ((s[0] + s[2]) + (s[4] + s[6])) + ((s[1] + s[3]) + (s[5] + s[7]))
	default:
		return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
	}
}

// together is the number of rows that row i of n is worked off with.
func together(i, n int) int {
	switch whole := n &^ 3; {
	case i < whole:
		return 4
	case n&2 != 0 && i < whole+2:
		return 2
	default:
		return 1
	}
}

// above32 is the least float32 that is not less than x, below32 the largest that is not more.
func above32(x float64) float32 {
	f := float32(x)
	if float64(f) < x {
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}

func below32(x float64) float32 { return -above32(-x) }
