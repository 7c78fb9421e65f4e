package feature

import (
	"maps"
	"time"
)

// inputs are the names that expressions read, those of
// revscoring/datasources/revision_oriented.py without "datasource.".
func inputs() map[string]func(*compiler) *node {
	all := textInputs()
	maps.Copy(all, userInputs())
	maps.Copy(all, otherInputs())
	return all
}

func textInputs() map[string]func(*compiler) *node {
	return map[string]func(*compiler) *node{
		"revision.text": func(*compiler) *node {
			return &node{kind: kindText, roots: rootText, of: revisionRoot, text: func(s *solver) (text, error) {
				if s.in.Revision == nil {
					return text{}, errTextHidden
				}
				return source(s.in.Revision), nil
			}}
		},
		"revision.parent.text": func(*compiler) *node {
			return &node{kind: kindText, roots: rootParent, of: parentRoot, text: func(s *solver) (text, error) {
				return source(s.in.Parent), nil
			}}
		},
		"revision.comment": func(*compiler) *node {
			return &node{kind: kindText, roots: rootComment, text: func(s *solver) (text, error) {
				if s.in.Comment == nil {
					return text{}, errCommentHidden
				}
				return text{string: *s.in.Comment}, nil
			}}
		},
	}
}

func userInputs() map[string]func(*compiler) *node {
	return map[string]func(*compiler) *node{
		"revision.user.id": func(c *compiler) *node {
			return c.scalar(kindInt, rootUser, func(s *solver) (Value, error) { return IntValue(s.in.User.ID), s.user() })
		},
		"revision.user.info.groups": func(c *compiler) *node {
			return c.list(rootUser, func(s *solver) ([]string, error) { return s.in.User.Groups, s.user() })
		},
		"revision.user.info.registration": func(*compiler) *node {
			return instant(rootUser, func(s *solver) (time.Time, error) { return s.in.User.Registration, s.user() })
		},
		"revision.user.last_revision.timestamp": func(*compiler) *node {
			return instant(rootUser|rootHistory, func(s *solver) (time.Time, error) {
				if err := s.user(); err != nil {
					return time.Time{}, err
				}
				return s.in.User.LastEdit, s.history()
			})
		},
		"revision.parent.user.id": func(c *compiler) *node {
			return c.scalar(kindInt, rootHistory, func(s *solver) (Value, error) {
				if s.in.ParentUserID == nil {
					return IntValue(noUser), s.history()
				}
				return IntValue(*s.in.ParentUserID), s.history()
			})
		},
	}
}

func otherInputs() map[string]func(*compiler) *node {
	return map[string]func(*compiler) *node{
		"revision.page.namespace.id": func(c *compiler) *node {
			return c.scalar(kindInt, rootPage, func(s *solver) (Value, error) { return IntValue(s.in.Page.Namespace), nil })
		},
		"revision.page.creation.timestamp": func(*compiler) *node {
			return instant(rootHistory, func(s *solver) (time.Time, error) { return s.in.Page.Created, s.history() })
		},
		"revision.timestamp": func(*compiler) *node {
			return instant(rootTimestamp, func(s *solver) (time.Time, error) { return s.in.Timestamp, nil })
		},
		"revision.parent.timestamp": func(*compiler) *node {
			return instant(rootHistory, func(s *solver) (time.Time, error) { return s.in.ParentTimestamp, s.history() })
		},
	}
}

// noUser is the id where there is no user: the reference's None, which equals no
// id, not even that of anonymous users.
const noUser = -1

func (s *solver) user() error {
	if s.in.User.Hidden {
		return errUserHidden
	}
	return nil
}

func (s *solver) history() error {
	if !s.in.History {
		return errNoHistory
	}
	return nil
}

// instant makes a node of a time; the zero time is none.
func instant(read roots, get func(*solver) (time.Time, error)) *node {
	return &node{kind: kindTime, roots: read, time: func(s *solver) (time.Time, bool, error) {
		t, err := get(s)
		return t, !t.IsZero() && err == nil, err
	}}
}

// Makers of nodes whose values a solver keeps.

func (c *compiler) scalar(k kind, read roots, compute func(*solver) (Value, error)) *node {
	n := &node{kind: k, roots: read, slot: c.plan.slots.scalars}
	c.plan.slots.scalars++
	n.scalar = func(s *solver) (Value, error) { return s.scalars[n.slot].get(s, compute) }
	return n
}

func (c *compiler) list(read roots, compute func(*solver) ([]string, error)) *node {
	n := &node{kind: kindString, roots: read, slot: c.plan.slots.strings}
	c.plan.slots.strings++
	n.strings = func(s *solver) ([]string, error) { return s.strings[n.slot].get(s, compute) }
	return n
}

func (c *compiler) numberList(k kind, compute func(*solver) ([]float64, error)) *node {
	n := &node{kind: k, slot: c.plan.slots.numbers}
	c.plan.slots.numbers++
	n.numbers = func(s *solver) ([]float64, error) { return s.numbers[n.slot].get(s, compute) }
	return n
}

// constant makes the node of a number, which needs no keeping.
func constant(v Value) *node {
	kinds := [...]kind{valueInt: kindInt, valueFloat: kindFloat, valueBool: kindBool}
	return &node{kind: kinds[v.kind], scalar: func(*solver) (Value, error) { return v, nil }}
}
