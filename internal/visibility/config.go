package visibility

import (
	"errors"
	"fmt"
	"time"

	"revscore/internal/consume"
)

// Config says where to read what was hidden.
type Config struct {
	Topics   []string      `yaml:"topics" help:"Topics with events of the schemas revision/visibility-change, page/delete (page-suppress, too), page/undelete or page/change: exact names, or /regular expressions/ (RE2, whole name). Each instance reads all of them. Empty: none is read."`
	Lookback time.Duration `yaml:"lookback" help:"How far back they are read at start: at least as long as all instances may be down at once, and without Redis as far as source events may come again."`
	Wait     time.Duration `yaml:"wait" help:"How long the start waits until that is read; then events are consumed all the same, with a warning."`
}

// DefaultConfig reads nothing until topics are named: not every Kafka has them.
func DefaultConfig() Config { return Config{Lookback: 24 * time.Hour, Wait: 30 * time.Second} }

// Enabled tells whether there is something to read.
func (c Config) Enabled() bool { return len(c.Topics) > 0 }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	if _, err := c.patterns(); err != nil {
		errs = append(errs, err)
	}
	if c.Lookback <= 0 {
		errs = append(errs, fmt.Errorf("visibility.lookback is %v, must be positive", c.Lookback))
	}
	if c.Wait < 0 {
		errs = append(errs, fmt.Errorf("visibility.wait is %v, must not be negative", c.Wait))
	}
	return errors.Join(errs...)
}

func (c Config) patterns() ([]string, error) {
	return consume.TopicPatterns("visibility.topics", c.Topics)
}
