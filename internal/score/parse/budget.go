package parse

// The reference bounds how deep it tries routes, not how often, nor how much it
// keeps: a page of unclosed templates or tables takes it hours, or gigabytes. A
// text that takes this package more than the budgets below has no result.
const (
	// maxSteps bounds the time. A step is the handling of a mark or of a short
	// run of text. Real pages of 0.5 to 80 kB took at most 4 steps a byte; the
	// budget lasts 0.4 to 1.4 s on one core of a server of 2026, depending on
	// what the steps are.
	maxSteps = 40_000_000

	// maxRoutes and maxTokens bound the memory, to about 200 MB: routes known to
	// fail are 16 bytes each and tokens 12, which slices and maps may double.
	// The largest pages that MediaWiki stores, of 2 MB, have up to 4 million
	// tokens if they are one table of empty cells.
	maxRoutes = 2 << 20
	maxTokens = 6 << 20

	// maxStacks bounds the recursion where the reference does not, and crashes
	// at 200,000: each "=" in the line of a heading starts a route in the route
	// of the one before.
	maxStacks = 10_000

	bytesPerStep  = 32 // of text that is only looked through
	tokensPerStep = 16 // moved from stack to stack
	memoCost      = 4  // steps

	maxSpare = 4096 // tokens that the memory of a stack kept for another holds
)

// spend takes steps from the budget. It panics with ErrTooComplex, which Parse
// recovers, when none are left: as in text/template/parse, that spares each
// caller a second way to fail, beside that of its route.
func (t *tokenizer) spend(steps int) {
	t.left -= steps
	if t.left < 0 {
		panic(ErrTooComplex)
	}
}
