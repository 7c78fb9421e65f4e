package statistics_test

import (
	"errors"
	"fmt"
	"os"

	"revscore/internal/score/statistics"
)

func Example() {
	data, err := os.ReadFile("testdata/info.json")
	if err != nil {
		panic(err)
	}
	info, err := statistics.Parse(data)
	if err != nil {
		panic(err)
	}
	auc, err := info.Lookup("statistics.roc_auc.labels.true")
	fmt.Println(auc, err)
	doc, err := info.FormatJSON(`statistics.thresholds.true."maximum recall @ precision >= 0.04".precision`)
	fmt.Println(string(doc), err)
	_, err = info.Lookup("statistics.rates.sample.tru")
	fmt.Println(errors.Is(err, statistics.ErrNotFound), err)
	// Output:
	// 0.619585589337776 <nil>
	// {"statistics": {"thresholds": {"true": [{"threshold": 0.534, "precision": 0.056}]}}} <nil>
	// true ModelInfoLookupError: no tru; there are true, false
}
