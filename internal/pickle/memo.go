package pickle

import "fmt"

// memo is what PUT keeps for GET. Writers number entries from 0 on, so that a slice
// does; the few that pickletools.optimize leaves with gaps, and indexes that are made
// up, go to a map, where a large index costs no more than a small one.
type memo struct {
	most   int
	dense  []any
	sparse map[uint64]any
}

func (m *memo) len() int { return len(m.dense) + len(m.sparse) }

func (m *memo) put(i uint64, v any) error {
	if i < uint64(len(m.dense)) {
		m.dense[i] = v
		return nil
	}
	if _, there := m.sparse[i]; !there && m.len() >= m.most {
		return fmt.Errorf("more than %d memo entries", m.most)
	}
	if i == uint64(len(m.dense)) {
		delete(m.sparse, i)
		m.dense = append(m.dense, v)
		return nil
	}
	if m.sparse == nil {
		m.sparse = make(map[uint64]any)
	}
	m.sparse[i] = v
	return nil
}

func (m *memo) get(i uint64) (any, error) {
	if i < uint64(len(m.dense)) {
		return m.dense[i], nil
	}
	v, ok := m.sparse[i]
	if !ok {
		return nil, fmt.Errorf("the memo has no entry %d", i)
	}
	return v, nil
}

// remember puts the last value of the stack into the memo.
func (m *machine) remember(i uint64) error {
	last, err := m.top(1)
	if err != nil {
		return err
	}
	return m.memo.put(i, last[0])
}

// recall pushes an entry.
func (m *machine) recall(i uint64) error {
	v, err := m.memo.get(i)
	if err != nil {
		return err
	}
	return m.repeat(v)
}

func (m *machine) put() error      { return decimalIndex(m, m.remember) }
func (m *machine) get() error      { return decimalIndex(m, m.recall) }
func (m *machine) binPut() error   { return withUint(m, 1, m.remember) }
func (m *machine) binGet() error   { return withUint(m, 1, m.recall) }
func (m *machine) longPut() error  { return withUint(m, 4, m.remember) }
func (m *machine) longGet() error  { return withUint(m, 4, m.recall) }
func (m *machine) memorise() error { return m.remember(uint64(m.memo.len())) }

func decimalIndex(m *machine, do func(uint64) error) error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	i, err := parseIndex(line)
	if err != nil {
		return err
	}
	return do(i)
}

// withUint reads a little-endian number of n bytes.
func withUint(m *machine, n int, do func(uint64) error) error {
	u, err := m.in.uint(n)
	if err != nil {
		return err
	}
	return do(u)
}
