package pickle

import (
	"errors"
	"fmt"
)

func (m *machine) shortTuple(n int) error {
	last, err := m.top(n)
	if err != nil {
		return err
	}
	t := &Tuple{Items: append([]any(nil), last...)}
	m.drop(n)
	return m.push(t)
}

func (m *machine) tuple() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(&Tuple{Items: items})
}

func (m *machine) list() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(&List{Items: items})
}

func (m *machine) dict() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	entries, err := pairs(nil, items)
	if err != nil {
		return err
	}
	return m.push(&Dict{Entries: entries})
}

func (m *machine) frozenSet() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(&Set{Items: items, Frozen: true})
}

func (m *machine) appendOne() error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	return m.appendTo([]any{v})
}

func (m *machine) appendMany() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.appendTo(items)
}

// appendTo appends to the last value, a list or an object that is to become one.
func (m *machine) appendTo(items []any) error {
	last, err := m.top(1)
	if err != nil {
		return err
	}
	switch v := last[0].(type) {
	case *List:
		v.Items = append(v.Items, items...)
	case *Object:
		v.Items = append(v.Items, items...)
	default:
		return fmt.Errorf("appends to %s", Kind(v))
	}
	return nil
}

func (m *machine) setOne() error {
	last, err := m.top(2)
	if err != nil {
		return err
	}
	entry := Entry{Key: last[0], Value: last[1]}
	m.drop(2)
	target, err := m.entries()
	if err != nil {
		return err
	}
	*target = append(*target, entry)
	return nil
}

func (m *machine) setMany() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	target, err := m.entries()
	if err != nil {
		return err
	}
	*target, err = pairs(*target, items)
	return err
}

// entries are those of the last value, a dict or an object that is to become one.
func (m *machine) entries() (*[]Entry, error) {
	last, err := m.top(1)
	if err != nil {
		return nil, err
	}
	switch v := last[0].(type) {
	case *Dict:
		return &v.Entries, nil
	case *Object:
		return &v.Entries, nil
	default:
		return nil, fmt.Errorf("sets an item of %s", Kind(v))
	}
}

// pairs appends keys and values that alternate.
func pairs(to []Entry, items []any) ([]Entry, error) {
	if len(items)%2 != 0 {
		return nil, errors.New("a key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		to = append(to, Entry{Key: items[i], Value: items[i+1]})
	}
	return to, nil
}

func (m *machine) addItems() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	last, err := m.top(1)
	if err != nil {
		return err
	}
	set, ok := last[0].(*Set)
	if !ok || set.Frozen {
		return fmt.Errorf("adds to %s", Kind(last[0]))
	}
	set.Items = append(set.Items, items...)
	return nil
}
