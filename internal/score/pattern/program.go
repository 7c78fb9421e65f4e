package pattern

// instOp is the operation of an instruction.
type instOp uint8

const (
	instMatch   instOp = iota
	instFail           // never goes on
	instChar           // a character of set, then x
	instSplit          // x, or if that fails y
	instAssert         // if assert holds, x
	instSave           // the place goes to slot arg, then x
	instLook           // if y matches (or, negated, does not), x
	instBackref        // group arg again, then x; y if that was nothing
)

// inst is one instruction of the machine all three matchers run: backtracking,
// the forward automaton and the backward one.
type inst struct {
	op     instOp
	assert assertion
	negate bool // instLook
	behind bool // instLook
	fold   bool // instBackref
	x, y   int32
	arg    int32  // slot, group, or the width of a look-behind
	set    bitset // instChar: of symbols
}

// program is a compiled pattern. Its jumps that consume nothing form no cycle
// (compiler), which is what makes one pass over the instructions enough to see
// through them.
type program struct {
	insts []inst
	start int32
	// nonEmpty starts the same pattern where it must consume something: after
	// an empty match Python's finditer tries the same place again like that.
	nonEmpty int32
	slots    int // two a group; those of group 0 are not used

	alphabet *alphabet
	broad    []int32 // where broad alternatives begin
	order    []int32 // all instructions, those a jump leads to first
	asserts  bool    // the neighbours of a place matter
	bounds   bool    // and whether they are of a word
	lines    bool    // and whether they are newlines inside of the text
	ahead    bool    // has look-ahead
	behind   bool    // has look-behind
	backref  bool
}

// begin is where an attempt starts.
func (p *program) begin(nonEmpty bool) int32 {
	if nonEmpty {
		return p.nonEmpty
	}
	return p.start
}

// regular says that a program describes a regular language with nothing but
// its neighbours to look at: one forward automaton decides it.
func (p *program) regular() bool { return !p.ahead && !p.behind && !p.backref }

// linear says that the backward automaton can decide it: look-ahead is about
// what it has already seen.
func (p *program) linear() bool { return !p.behind && !p.backref }

// sort fills order: depth first along the jumps that consume nothing.
func (p *program) sort() {
	p.order = make([]int32, 0, len(p.insts))
	done := make([]bool, len(p.insts))
	type frame struct {
		pc   int32
		next int
	}
	var stack []frame
	for pc := range p.insts {
		stack = append(stack[:0], frame{pc: int32(pc)})
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if done[top.pc] && top.next == 0 {
				stack = stack[:len(stack)-1]
				continue
			}
			targets, n := p.insts[top.pc].jumps()
			if top.next == n {
				done[top.pc] = true
				p.order = append(p.order, top.pc)
				stack = stack[:len(stack)-1]
				continue
			}
			to := targets[top.next]
			top.next++
			if !done[to] {
				stack = append(stack, frame{pc: to})
			}
		}
	}
}

// jumps gives where an instruction may lead without consuming anything.
func (in *inst) jumps() ([2]int32, int) {
	switch in.op {
	case instSplit, instLook:
		return [2]int32{in.x, in.y}, 2
	case instAssert, instSave:
		return [2]int32{in.x}, 1
	case instBackref:
		return [2]int32{in.y}, 1
	default:
		return [2]int32{}, 0
	}
}
