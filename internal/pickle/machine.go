package pickle

import (
	"errors"
	"fmt"
)

// machine runs a pickle. It belongs to one goroutine.
type machine struct {
	in       input
	limits   Limits
	protocol int
	// stack holds all values; those from the last of marks on are what MARK fences
	// off: an opcode that wants one value never takes it from below.
	stack   []any
	marks   []int
	memo    memo
	globals globals
	values  int // made so far
	slots   int // used so far besides, see [machine.slot]
	latin1  int // bytes decoded so far, see [machine.encode]
	done    bool
}

func newMachine(data []byte, limits Limits) *machine {
	return &machine{in: input{data: data}, limits: limits, memo: memo{most: limits.Memo}}
}

var (
	errUnderflow = errors.New("the stack is empty")
	errNoMark    = errors.New("no MARK is open")
)

// run executes opcodes up to STOP and returns the one value that is left.
func (m *machine) run() (any, error) {
	for !m.done {
		at := m.in.pos
		code, err := m.in.byte()
		if err != nil {
			return nil, &Error{Op: "opcode", Offset: at, Err: err}
		}
		op := &opcodes[code]
		if op.run == nil {
			return nil, &Error{Op: fmt.Sprintf("opcode 0x%02x", code), Offset: at, Err: errors.New("is not known")}
		}
		if err := op.run(m); err != nil {
			return nil, &Error{Op: op.name, Offset: at, Err: err}
		}
	}
	return m.stack[0], nil
}

// stop is the opcode STOP. Python ignores what is left on the stack and what
// follows; a writer leaves neither, so either means damage.
func (m *machine) stop() error {
	switch {
	case len(m.marks) > 0:
		return errors.New("a MARK is still open")
	case len(m.stack) != 1:
		return fmt.Errorf("%d values are left, must be one", len(m.stack))
	case m.in.left() > 0:
		return fmt.Errorf("%d bytes follow", m.in.left())
	}
	m.done = true
	return nil
}

// count counts values that are about to be made. Arguments, and the items of a set
// that a list spells, are counted again: objects without number could share one
// long tuple of them, and whoever walks objects walks it for each.
func (m *machine) count(n int) error {
	if m.values += n; m.values > m.limits.Values {
		return fmt.Errorf("more than %d values", m.limits.Values)
	}
	return nil
}

// push puts a new value on the stack.
func (m *machine) push(v any) error {
	if err := m.count(1); err != nil {
		return err
	}
	m.stack = append(m.stack, v)
	return nil
}

// slotsPerValue: writers recall a value about as often as they make one (0.7 to 1 times in
// all models that are known).
const slotsPerValue = 4

// slot counts a MARK, or a value that is pushed again. It is no new value, but a byte of the
// file, and within bzip2 a millionth of one, takes sixteen of memory for it.
func (m *machine) slot() error {
	if m.slots++; m.slots > slotsPerValue*m.limits.Values {
		return fmt.Errorf("more than %d marks and repeated values", slotsPerValue*m.limits.Values)
	}
	return nil
}

// repeat pushes a value that is known already.
func (m *machine) repeat(v any) error {
	if err := m.slot(); err != nil {
		return err
	}
	m.stack = append(m.stack, v)
	return nil
}

// fence is where the values end that an opcode may take.
func (m *machine) fence() int {
	if n := len(m.marks); n > 0 {
		return m.marks[n-1]
	}
	return 0
}

// top returns the last n values, which stay on the stack.
func (m *machine) top(n int) ([]any, error) {
	if len(m.stack)-n < m.fence() {
		return nil, errUnderflow
	}
	return m.stack[len(m.stack)-n:], nil
}

// pop takes the last value.
func (m *machine) pop() (any, error) {
	last, err := m.top(1)
	if err != nil {
		return nil, err
	}
	v := last[0]
	m.drop(1)
	return v, nil
}

// drop removes the last n values, which are there.
func (m *machine) drop(n int) {
	from := len(m.stack) - n
	clear(m.stack[from:])
	m.stack = m.stack[:from]
}

// popMark returns a copy of the values since the last MARK and removes both.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errNoMark
	}
	from := m.fence()
	items := append([]any(nil), m.stack[from:]...)
	m.drop(len(items))
	m.marks = m.marks[:len(m.marks)-1]
	return items, nil
}
