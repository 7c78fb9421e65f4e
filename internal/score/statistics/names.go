package statistics

import (
	"fmt"
	"strconv"
	"strings"
)

// What the original says of a question that it cannot answer is a class of exception and
// a word, of which nobody learns what to ask. The class stays, the reason is ours.

const quoting = `a threshold query stands in double quotes: "maximum recall @ precision >= 0.9"`

// named is a key as a path names it: a bool as JSON has it, not as Python.
func named(key any) string {
	const most = 80
	text := str(key)
	if b, ok := key.(bool); ok {
		text = strconv.FormatBool(b)
	}
	if len(text) > most {
		return fmt.Sprintf("%.80q...", text)
	}
	if s, ok := key.(string); ok && (s == "" || strings.ContainsAny(s, `. ,;'"`)) {
		return strconv.Quote(s)
	}
	return text
}

// names lists keys for people.
func names(keys []any) string {
	const most = 20
	var list []string
	for i, key := range keys {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(keys)-most))
			break
		}
		list = append(list, named(key))
	}
	return strings.Join(list, ", ")
}

// without is the reason that a part of the tree has no such key.
func without(key, from any) string {
	switch from := from.(type) {
	case *Thresholds:
		return fmt.Sprintf("no %s in a table of thresholds; there are roc_auc, pr_auc and answers to queries, and %s", named(key), quoting)
	case *Classification:
		reason := fmt.Sprintf("no statistic %s; there are %s", named(key), names(from.Keys()))
		if from.Thresholds != nil {
			reason += ", and " + quoting
		}
		return reason
	case *Info:
		return from.without(key)
	case *Environment:
		return from.without(key)
	case *Counts:
		return from.without(key)
	case *Rates:
		return from.without(key)
	case *MicroMacro:
		return from.without(key)
	case *Map:
		return from.without(key)
	}
	return "no " + named(key)
}

func (m *Map) without(key any) string {
	what, are := "", "there are "
	if m.ofLabels() {
		what, are = "label ", "labels are "
	}
	if len(m.Entries) == 0 {
		return fmt.Sprintf("no %s%s; there is nothing", what, named(key))
	}
	return fmt.Sprintf("no %s%s; %s%s", what, named(key), are, names(m.Keys()))
}

// ofLabels tells whether all values are tables, which only labels have.
func (m *Map) ofLabels() bool {
	for _, e := range m.Entries {
		if _, ok := e.Value.(*Thresholds); !ok {
			return false
		}
	}
	return len(m.Entries) > 0
}

// noStatistic is the reason that a row of a table has no such statistic.
func noStatistic(name string) error {
	reason := fmt.Sprintf("no statistic %s; there are %s", named(name), names(fieldNames()))
	if isDigits(name) { // the second half of 0.9
		reason += "; " + quoting
	}
	return raise(KeyError, "%s", reason)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
