package statistics

import (
	"errors"
	"strings"
	"testing"
)

// TestReasons: what was wrong with a question was a bare name or Python's inside, as
// KeyError: 'precison' and AttributeError: type object 'super'.
func TestReasons(t *testing.T) {
	info, err := Parse(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	const inQuotes = `a threshold query stands in double quotes: "maximum recall @ precision >= 0.9"`
	for _, c := range []struct {
		path      string
		exception Exception
		want      string
	}{
		{"tipe", LookupError, "no tipe; there are "},
		{"statistics.accurcy", KeyError, "no statistic accurcy; there are counts, rates, match_rate, "},
		{"statistics.accuracy.labels.tru", LookupError, "no tru; there are true, false"},
		{"statistics.thresholds.tru", LookupError, "no label tru; labels are true, false"},
		{"statistics.thresholds.true.precision", LookupError, "no precision in a table of thresholds; there are roc_auc, pr_auc and answers to queries, and " + inQuotes},
		{"statistics.thresholds.true.true", AttributeError, "no true in a table of thresholds"},
		{`statistics.thresholds.true."maximum recall @ precison >= 0.9"`, LookupError, "no statistic precison; there are match_rate, filter_rate, precision, !precision, "},
		{`statistics."maximum recall @ precison >= 0.9"`, KeyError, "no statistic precison; there are match_rate, "},
		{`statistics."max recall @ precision >= 0.9"`, KeyError, `no statistic "max recall @ precision >= 0.9"; there are `},
		{"statistics.thresholds.true.maximum recall @ precision >= 0.04", TypeError, "no 04 in a float, which has no parts; " + inQuotes},
		{"statistics.thresholds.true.maximum recall @ precision >= .04", LookupError, inQuotes},
		{`statistics."maximum recall`, ValueError, "has a quote that does not end"},
		{"statistics..accuracy", IndexError, "has an empty name, between two dots or at an end"},
		{"environment.platform.x", KeyError, "no x: platform of the environment has no parts"},
		{"type.x", TypeError, "no x in a str"},
	} {
		_, err := info.Lookup(c.path)
		var e *Error
		if !errors.As(err, &e) || e.Exception != c.exception || !strings.Contains(e.Reason, c.want) {
			t.Errorf("%s: got %v\nwant %s: %s", c.path, err, c.exception, c.want)
		}
	}
	for path, want := range map[string]string{
		`statistics.thresholds.true."best"`:                                        `ValueError: best is no threshold query; one is (maximum|minimum) STATISTIC @`,
		`statistics.thresholds.true."maximum recall @ precision >= 0.04".precison`: "KeyError: no statistic precison; there are match_rate, ",
		"statistics.thresholds.true.maximum recall @ precision >= 0.04":            "KeyError: no statistic 04; there are ",
		"statistics.rates.sampel":                                                  "KeyError: no sampel; there are ",
		"statistics." + strings.Repeat("x", 1<<20):                                 "no statistic \"xxx",
	} {
		if _, err := info.FormatJSON(path); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 1000 {
			t.Errorf("%.200s: got %.500v\nwant %s", path, err, want)
		}
	}
}
