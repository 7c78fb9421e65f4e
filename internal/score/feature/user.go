package feature

import (
	"slices"
	"time"
)

// Features of the user (revscoring/features/revision_oriented.py and
// revscoring/features/temporal/revision_oriented.py).

func userIsAnon(s *solver) (Value, error) {
	user, err := s.user()
	return BoolValue(user.ID == 0), err
}

// userInGroup returns the feature whether the user is in any of the groups.
func userInGroup(groups []string) func(*solver) (Value, error) {
	return func(s *solver) (Value, error) {
		user, err := s.user()
		return BoolValue(slices.ContainsFunc(user.Groups, func(group string) bool {
			return slices.Contains(groups, group)
		})), err
	}
}

// laterRegistration is what the reference says of a user who registered after
// the revision: a year, in seconds.
const laterRegistration = 365 * 24 * 60 * 60

// userSecondsSinceRegistration is 0 for anonymous users. Users without a date are
// older than the dates, which MediaWiki records since 2006.
func userSecondsSinceRegistration(s *solver) (Value, error) {
	user, err := s.user()
	switch {
	case err != nil:
		return Value{}, err
	case user.ID == 0:
		return IntValue(0), nil
	case s.in.Timestamp.IsZero():
		return Value{}, errNoTime
	}
	registration := user.Registration
	if registration.IsZero() {
		registration = time.Date(2006, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	seconds := s.in.Timestamp.Unix() - registration.Unix()
	if seconds < 0 {
		seconds = laterRegistration
	}
	return IntValue(seconds), nil
}
