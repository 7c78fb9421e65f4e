package pickle

import (
	"errors"
	"fmt"
)

// reduce is REDUCE: a call of a name with a tuple of arguments.
func (m *machine) reduce() error {
	last, err := m.top(2)
	if err != nil {
		return err
	}
	class, args, err := m.call(last[0], last[1])
	if err != nil {
		return err
	}
	m.drop(2)
	v, err := m.spelled(class, args)
	if err != nil {
		return err
	}
	if v == nil {
		v = &Object{Class: class, Args: args, Reduced: true}
	}
	return m.push(v)
}

// newObj is NEWOBJ: an instance of a class, without calling its __init__.
func (m *machine) newObj() error {
	last, err := m.top(2)
	if err != nil {
		return err
	}
	class, args, err := m.call(last[0], last[1])
	if err != nil {
		return err
	}
	m.drop(2)
	return m.push(&Object{Class: class, Args: args})
}

// newObjEx is NEWOBJ with keyword arguments.
func (m *machine) newObjEx() error {
	last, err := m.top(3)
	if err != nil {
		return err
	}
	class, args, err := m.call(last[0], last[1])
	if err != nil {
		return err
	}
	kwargs, ok := last[2].(*Dict)
	if !ok {
		return fmt.Errorf("keyword arguments are %s, must be a dict", Kind(last[2]))
	}
	m.drop(3)
	return m.push(&Object{Class: class, Args: args, KwArgs: kwargs})
}

// call checks what is called with what.
func (m *machine) call(class, args any) (*Global, []any, error) {
	c, ok := class.(*Global)
	if !ok {
		return nil, nil, fmt.Errorf("calls %s, must be a name", Kind(class))
	}
	t, ok := args.(*Tuple)
	if !ok {
		return nil, nil, fmt.Errorf("arguments are %s, must be a tuple", Kind(args))
	}
	return c, t.Items, m.count(len(t.Items))
}

// obj is OBJ: class and arguments since MARK.
func (m *machine) obj() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return errUnderflow
	}
	class, ok := items[0].(*Global)
	if !ok {
		return fmt.Errorf("makes an instance of %s, must be a name", Kind(items[0]))
	}
	return m.push(instance(class, items[1:]))
}

// inst is INST: the class by name, arguments since MARK.
func (m *machine) inst() error {
	class, err := m.nameLines()
	if err != nil {
		return err
	}
	args, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(instance(class, args))
}

// instance is one of a class of Python 2, called only if there are arguments.
func instance(class *Global, args []any) *Object {
	return &Object{Class: class, Args: args, Reduced: len(args) > 0}
}

// build is BUILD: the state of an object.
func (m *machine) build() error {
	last, err := m.top(2)
	if err != nil {
		return err
	}
	o, ok := last[0].(*Object)
	if !ok {
		return fmt.Errorf("gives a state to %s", Kind(last[0]))
	}
	if o.State != nil {
		return fmt.Errorf("%s has its state already", o.Class)
	}
	if o.State = last[1]; o.State == nil {
		return errors.New("the state is None")
	}
	m.drop(1)
	return nil
}
