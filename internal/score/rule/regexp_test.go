package rule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		literal, text string
		want          bool
	}{
		{"/^en/", "enwiki", true}, {"/^en/", "denwiki", false}, {"/^EN/i", "enwiki", true}, {"/^b/m", "a\nb", true}, {"/^b/", "a\nb", false},
		{"/^(?!test)/", "test.example", false}, {"/a/b/", "a/b", true},
	} {
		if !Is(c.literal) {
			t.Errorf("%s is no expression", c.literal)
		}
		re, err := Compile(c.literal, "imu")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := re.MatchString(c.text); got != c.want || err != nil {
			t.Errorf("%s matches %q: %v, %v", c.literal, c.text, got, err)
		}
	}
	for _, text := range []string{"", "/", "a/b", "/a"} {
		if Is(text) {
			t.Errorf("%q is an expression", text)
		}
	}
}

func TestFaults(t *testing.T) {
	for literal, want := range map[string]string{"/a/g": "/a/g: flag 'g' is not one of i, m", "/a/u": "flag 'u'", "/(/": "/(/: "} {
		if _, err := Compile(literal, "im"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v", literal, err)
		}
	}
}

// What would take centuries ends soon, with an error.
func TestEndless(t *testing.T) {
	re, err := Compile(`/^(\w+\s?)*$/`, "")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if ok, err := re.MatchString(strings.Repeat("a", 50) + "!"); ok || err == nil || strings.Contains(err.Error(), "aaa") {
		t.Errorf("got %v, %v", ok, err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// A time-out of a starved process is no answer: the next try has it.
func TestOneTimeoutIsNone(t *testing.T) {
	n := 0
	ok, err := again(func() (bool, error) {
		if n++; n < tries {
			return false, errors.New("match timeout")
		}
		return true, nil
	})
	if !ok || err != nil || n != tries {
		t.Errorf("got %v, %v after %d tries", ok, err, n)
	}
}
