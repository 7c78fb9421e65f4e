package feature

import (
	"slices"
	"time"

	"revscore/internal/score/feature/expr"
)

// Functions of who, when and where (revscoring/features/revision_oriented.py,
// features/temporal/revision_oriented.py, features/meta/bools.py, and
// editquality's feature_lists/wikitext.py).
func factFunctions() map[string]function {
	integer, moment := kindsOf(kindInt), kindsOf(kindTime)
	return map[string]function{
		"contains":                   {params: []kinds{kindsOf(kindList), integer}, build: buildContains},
		"intersects":                 {params: []kinds{strs, kindsOf(kindList)}, build: buildIntersects},
		"is_anon":                    {params: []kinds{integer}, build: buildUnary(kindBool, func(v Value) (Value, error) { return BoolValue(v.num == 0), nil })},
		"day_of_week":                {params: []kinds{moment}, build: buildClock(7, dayOfWeek)},
		"hour_of_day":                {params: []kinds{moment}, build: buildClock(24, time.Time.Hour)},
		"seconds_since":              {params: []kinds{moment, moment}, build: buildSecondsSince},
		"seconds_since_registration": {params: []kinds{integer, moment, moment}, build: buildSecondsSinceRegistration},
		"new_longest":                {params: []kinds{integer, integer}, build: buildNewLongest},
	}
}

func buildContains(c *compiler, args []*node) (*node, error) {
	set, err := wholeNumbers(args[0])
	if err != nil {
		return nil, err
	}
	return buildUnary(kindBool, func(v Value) (Value, error) { return BoolValue(set[v.num]), nil })(c, args[1:])
}

func buildIntersects(c *compiler, args []*node) (*node, error) {
	of := args[0]
	var wanted []string
	for _, constant := range args[1].constants {
		if constant.Kind == expr.String { // a number equals no string
			wanted = append(wanted, constant.Text)
		}
	}
	return c.scalar(kindBool, 0, func(s *solver) (Value, error) {
		list, err := of.strings(s)
		return BoolValue(slices.ContainsFunc(list, func(item string) bool { return slices.Contains(wanted, item) })), err
	}), nil
}

// buildClock makes the node of a part of a time, in UTC; none is what the
// reference says where there is no time: the day after Sunday, the hour after
// midnight.
func buildClock(none int64, part func(time.Time) int) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
			t, ok, err := of.time(s)
			switch {
			case err != nil:
				return Value{}, err
			case !ok:
				return IntValue(none), nil
			}
			return IntValue(int64(part(t.UTC()))), nil
		}), nil
	}
}

// dayOfWeek counts from Monday, which is 0.
func dayOfWeek(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// buildSecondsSince makes the node of the time between two times: 0 where there is
// no first one.
func buildSecondsSince(c *compiler, args []*node) (*node, error) {
	then, now := args[0], args[1]
	return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
		from, ok, err := then.time(s)
		if err != nil || !ok {
			return IntValue(0), err
		}
		to, ok, err := now.time(s)
		if err == nil && !ok {
			err = errNoTime
		}
		return IntValue(to.Unix() - from.Unix()), err
	}), nil
}

// laterRegistration is what the reference says of a user who registered after
// the revision: a year, in seconds.
const laterRegistration = 365 * 24 * 60 * 60

// buildSecondsSinceRegistration makes the node of a user's age: 0 for anonymous
// users. Users without a date are older than the dates, which MediaWiki records
// since 2006.
func buildSecondsSinceRegistration(c *compiler, args []*node) (*node, error) {
	id, registration, now := args[0], args[1], args[2]
	epoch := time.Date(2006, time.January, 1, 0, 0, 0, 0, time.UTC)
	return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
		user, err := id.scalar(s)
		if err != nil || user.num == 0 {
			return IntValue(0), err
		}
		from, ok, err := registration.time(s)
		if err != nil {
			return Value{}, err
		}
		if !ok {
			from = epoch
		}
		to, ok, err := now.time(s)
		if err == nil && !ok {
			err = errNoTime
		}
		if err != nil {
			return Value{}, err
		}
		seconds := to.Unix() - from.Unix()
		if seconds < 0 {
			seconds = laterRegistration
		}
		return IntValue(seconds), nil
	}), nil
}

// buildNewLongest makes the node of a length that the edit made a record; 1 if it
// did not.
func buildNewLongest(c *compiler, args []*node) (*node, error) {
	return c.binary(kindInt, args, func(parent, revision Value) (Value, error) {
		if revision.num > parent.num {
			return revision, nil
		}
		return IntValue(1), nil
	}), nil
}
