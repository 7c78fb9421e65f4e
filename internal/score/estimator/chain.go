package estimator

// Chain is an estimator as ONNX Runtime reckons it: steps over a row of features, the
// raw scores of an ensemble or a linear model, and steps over these that end in
// probabilities. Each step is one operator of the graph, or what an operator does
// after another, in its order and number type: float32 and float64 differ by more
// than what one may change of a score.
//
// Scores is an [Ensemble] or a [Linear] whose own Link and Decision are not used, and
// of an ensemble neither are Base and Mean: steps do what they say.
type Chain struct {
	Before   []Step
	Scores   Part
	After    []Step
	Decision Decision // Argmax, RawMax or RawAbove
	// Raw is how many of After come before the scores that RawMax and RawAbove look at.
	Raw int
	Cut float64 // RawAbove: the second class where the score is above it
}

// Step is one operation on every number of a row, or on all of them.
type Step struct {
	Op     Op
	Values []float64 // one for each number, or one for all
	Double bool      // in float64; otherwise in float32
}

// Op is what a step does.
type Op string

// The operations. Those with Values are x+v, x-v, x*v and x/v; Clip has two.
const (
	Add  Op = "add"
	Sub  Op = "sub"
	Mul  Op = "mul"
	Div  Op = "div"
	Clip Op = "clip" // to v0 from below and v1 from above
	Pick Op = "pick" // the number of index v alone

	// Nearest, Above and Below make float32s of float64s: rounded, the least that is
	// not less, the largest that is not more. The last two are for trees that compare
	// a float64 with a float32 t: x <= t exactly where Above(x) <= t, and x < t
	// exactly where Below(x) < t.
	Nearest Op = "nearest"
	Above   Op = "above"
	Below   Op = "below"

	Complement  Op = "complement"   // of one score s: 1-s, s
	Mirror      Op = "mirror"       // of one score s: -s, s
	Expit       Op = "expit"        // 1/(1+exp(-x)), as the tree operators have it
	Sigmoid     Op = "sigmoid"      // the same by a rational function, as other operators have it
	SoftmaxAll  Op = "softmax"      // exp(x) divided by their sum
	SoftmaxZero Op = "softmax_zero" // the same, where a zero stays zero
	Normalize   Op = "normalize"    // each divided by the sum of their sizes, unless that is 0
)
