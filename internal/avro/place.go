package avro

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

const (
	// stateDir holds journals. Hive and Spark pass over what begins with a dot.
	stateDir    = ".revscore"
	successName = "_SUCCESS"
	partPrefix  = "part-"
	partSuffix  = ".avro"
)

// hourPath is the partition of an hour, as Hive spells it.
func hourPath(hour time.Time) string {
	return fmt.Sprintf("year=%04d/month=%02d/day=%02d/hour=%02d", hour.Year(), hour.Month(), hour.Day(), hour.Hour())
}

func (f *Files) hourDir(stream string, hour time.Time) string {
	return filepath.Join(f.cfg.Dir, stream, filepath.FromSlash(hourPath(hour)))
}

func (f *Files) stateDir(stream string) string {
	return filepath.Join(f.cfg.Dir, stateDir, f.cfg.Instance, stream)
}

// partName is the container file that a journal becomes: always the same, so that
// what a crash interrupted is done again over it.
func (f *Files) partName(first int64) string {
	return fmt.Sprintf("%s%s-%020d%s", partPrefix, f.cfg.Instance, first, partSuffix)
}

func isPart(name string) bool {
	return strings.HasPrefix(name, partPrefix) && strings.HasSuffix(name, partSuffix)
}

// parseStem reads hour and number of a journal's name, or that of a file of keys.
func parseStem(name, suffix string) (hour time.Time, first int64, ok bool) {
	stem, ok := strings.CutSuffix(name, suffix)
	if !ok {
		return hour, 0, false
	}
	at, number, _ := strings.Cut(stem, "-")
	hour, err := time.Parse(hourLayout, at)
	if err != nil {
		return hour, 0, false
	}
	_, err = fmt.Sscanf(number, "%d", &first)
	return hour, first, err == nil
}
