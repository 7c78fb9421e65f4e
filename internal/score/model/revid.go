package model

import (
	"errors"
	"fmt"
	"strconv"
)

// predictRevID is the test model of ORES (ores/scoring/models/rev_id_scorer.py):
// the last two digits of the id, reversed, over 100. It needs no text, so it
// shows whether everything around the models works. An id of one digit counts
// as having a 0 before it: 7 is "07", reversed 70.
func predictRevID(revID int64, values, p []float64, chosen []bool) error {
	if revID <= 0 {
		return errors.New("a revision id is positive")
	}
	if len(values) != 0 {
		return fmt.Errorf("%d values for a model of no features", len(values))
	}
	digits := strconv.FormatInt(revID%100+100, 10) // "1" and the two digits
	tens, ones := float64(digits[2]-'0'), float64(digits[1]-'0')
	p[1] = (10*tens + ones) / 100
	p[0] = 1 - p[1]
	chosen[1] = p[1] > p[0]
	chosen[0] = !chosen[1]
	return nil
}

// revIDLabels are the classes of predictRevID, in the order of its probabilities.
func revIDLabels() []any { return []any{false, true} }
