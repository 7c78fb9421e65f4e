// Package rule matches the regular expressions of configurations, written /pattern/flags
// as in JavaScript and in ChangeProp's rules, on text that anyone may have written.
//
// Go's own engine has no look-ahead, which rules in production use (BEHAVIOURS R4). The
// one used here goes back, so a match may need exponential time and is given up.
//
// How long a match takes is measured by a clock that the library moves on ten times a
// second. A process that was starved or stopped (SIGSTOP, a container's quota) moves it
// on late, by more than the limit, and whatever is being matched then seems to have
// taken too long. A match that truly does so does it again, so it is asked three times:
// without that, good events became dead letters on a busy machine.
package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// Timeout bounds one try to match; the library's clock adds 0.1 s to it.
const Timeout = 50 * time.Millisecond

// tries is how often a match must time out to count as endless.
const tries = 3

// Regexp is an expression. It is safe for concurrent use.
type Regexp struct{ re *regexp2.Regexp }

// flags are those of JavaScript that mean something here.
var flags = map[rune]regexp2.RegexOptions{'i': regexp2.IgnoreCase, 'm': regexp2.Multiline, 'u': regexp2.Unicode}

// Is tells whether a text of a configuration is written as an expression.
func Is(literal string) bool {
	return len(literal) > 1 && strings.HasPrefix(literal, "/") && strings.LastIndex(literal, "/") > 0
}

// Compile reads an expression, see [Is]. allowed are the flags that it may have.
func Compile(literal, allowed string) (*Regexp, error) {
	end := strings.LastIndex(literal, "/")
	options := regexp2.RegexOptions(regexp2.ECMAScript)
	for _, flag := range literal[end+1:] {
		if !strings.ContainsRune(allowed, flag) {
			return nil, fmt.Errorf("%s: flag %q is not one of %s", literal, flag, strings.Join(strings.Split(allowed, ""), ", "))
		}
		options |= flags[flag]
	}
	re, err := regexp2.Compile(literal[1:end], options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", literal, err)
	}
	re.MatchTimeout = Timeout
	return &Regexp{re}, nil
}

// MatchString tells whether the text has a match. An error means that it takes too
// long to say.
func (r *Regexp) MatchString(text string) (ok bool, err error) {
	return again(func() (bool, error) { return r.re.MatchString(text) })
}

func again(match func() (bool, error)) (ok bool, err error) {
	for range tries {
		if ok, err = match(); err == nil {
			return ok, nil
		}
	}
	return false, fmt.Errorf("takes longer than %v to match", Timeout)
}

func (r *Regexp) String() string { return r.re.String() }
