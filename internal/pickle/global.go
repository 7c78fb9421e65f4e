package pickle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// String is module and name.
func (g *Global) String() string { return g.Module + "." + g.Name }

// Is tells whether g is one of names, such as "numpy.core.multiarray.scalar". What Python or
// numpy renamed counts as the same: __builtin__ and builtins, copy_reg and copyreg,
// numpy._core and numpy.core.
func (g *Global) Is(names ...string) bool {
	return g != nil && slices.Contains(names, g.Canonical())
}

// Canonical is the name that [Global.Is] compares.
func (g *Global) Canonical() string {
	module, name := modern(g.Module, g.Name)
	if rest, ok := strings.CutPrefix(module, "numpy._core"); ok && (rest == "" || rest[0] == '.') {
		module = "numpy.core" + rest
	}
	return module + "." + name
}

// modern translates a name of Python 2, as Python 3 writes it up to protocol 2
// (Lib/_compat_pickle.py; only what occurs in pickles of data).
func modern(module, name string) (string, string) {
	switch module {
	case "copy_reg":
		return "copyreg", name
	case "exceptions":
		return "builtins", name
	case "__builtin__":
		switch name {
		case "unicode", "basestring":
			return "builtins", "str"
		case "long":
			return "builtins", "int"
		case "xrange":
			return "builtins", "range"
		case "unichr":
			return "builtins", "chr"
		case "reduce":
			return "functools", "reduce"
		}
		return "builtins", name
	}
	return module, name
}

// globals makes each name once.
type globals struct {
	byName map[Global]*Global
	list   []*Global
}

func (g *globals) intern(module, name string) *Global {
	key := Global{Module: module, Name: name}
	if known, ok := g.byName[key]; ok {
		return known
	}
	if g.byName == nil {
		g.byName = make(map[Global]*Global)
	}
	made := &Global{Module: module, Name: name}
	g.byName[key] = made
	g.list = append(g.list, made)
	return made
}

// longestName keeps errors that quote names short.
const longestName = 300

// name makes a global from what the file says.
func (m *machine) name(module, name string) (*Global, error) {
	switch n := len(module) + len(name); {
	case module == "" || name == "":
		return nil, errors.New("a name is empty")
	case n > longestName:
		return nil, fmt.Errorf("a name of %d bytes, at most %d", n, longestName)
	}
	if m.protocol < 3 {
		module, name = modern(module, name)
	}
	return m.globals.intern(module, name), nil
}

func (m *machine) nameLines() (*Global, error) {
	module, err := m.in.line()
	if err != nil {
		return nil, err
	}
	name, err := m.in.line()
	if err != nil {
		return nil, err
	}
	return m.name(string(module), string(name))
}

func (m *machine) global() error {
	g, err := m.nameLines()
	if err != nil {
		return err
	}
	return m.push(g)
}

// stackGlobal is STACK_GLOBAL: module and name are on the stack.
func (m *machine) stackGlobal() error {
	last, err := m.top(2)
	if err != nil {
		return err
	}
	module, ok1 := last[0].(string)
	name, ok2 := last[1].(string)
	if !ok1 || !ok2 {
		return fmt.Errorf("names a global by %s and %s, must be two strings", Kind(last[0]), Kind(last[1]))
	}
	m.drop(2)
	g, err := m.name(module, name)
	if err != nil {
		return err
	}
	return m.push(g)
}
