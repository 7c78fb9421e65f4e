package statistics

import "fmt"

// Environment is where a model was made: releases of Python, system, machine.
type Environment struct{ Map }

// NewEnvironment keeps the entries.
func NewEnvironment(entries ...Entry) *Environment {
	return &Environment{Map{Entries: entries, Ordered: true}}
}

func (e *Environment) class() string { return "Environment" }

// lookup knows one name and, unlike elsewhere, takes it as it is.
func (e *Environment) lookup(path []string) (any, error) {
	if len(path) == 0 {
		return e, nil
	}
	v, err := e.item(path[0])
	if err == nil && len(path) > 1 {
		return nil, raise(KeyError, "no %s: %s of the environment has no parts", named(path[1]), named(path[0]))
	}
	return v, err
}

func (e *Environment) formatJSON(asked *pathTree) (any, error) {
	doc := &Map{Ordered: true}
	for _, key := range asked.or(e.Keys()) {
		v, err := e.item(key)
		if err != nil {
			return nil, err
		}
		doc.Entries = append(doc.Entries, Entry{key, v})
	}
	return doc, nil
}

func (e *Environment) formatString(asked *pathTree) (string, error) {
	formatted := "Environment:\n"
	for _, key := range asked.or(e.Keys()) {
		v, err := e.item(key)
		if err != nil {
			return "", err
		}
		formatted += fmt.Sprintf(" - %s: %s\n", str(key), Repr(v))
	}
	return formatted, nil
}
