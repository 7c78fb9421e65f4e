package parse

// The reference bounds how deep it tries routes, not how often, nor how much it
// keeps: a page of unclosed templates or tables takes it hours, or gigabytes. A
// text that takes this package more than the budgets below has no result.
const (
	// maxSteps bounds the time. A step is the handling of a mark or of a short
	// run of text. Real pages take at most 2 steps a byte; the budget lasts 0.3 to
	// 1.2 s on one core of a server of 2026, depending on what the steps are.
	maxSteps = 40_000_000

	// maxNodes and maxRoutes bound the memory, to 21 MB of nodes and 4 MB of routes
	// known to fail, which leave as much garbage. Of the pages that MediaWiki
	// stores, at most 2 MB, the densest known to us would have half as many nodes.
	maxNodes  = 1 << 20
	maxRoutes = 3 << 16

	// maxStacks bounds the recursion where the reference does not, and crashes
	// at 200,000: each "=" in the line of a heading starts a route in the route
	// of the one before.
	maxStacks = 10_000

	bytesPerStep = 32 // of text that is only looked through
	nodesPerStep = 16 // moved, as another is put in front of them
	memoCost     = 4  // steps
)

// The sizes of what there is much of, in bytes.
const (
	pageBytes       = 72
	chunkBytes      = 24
	nodeBytes       = 20
	checkpointBytes = 20
	routeBytes      = 16
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
