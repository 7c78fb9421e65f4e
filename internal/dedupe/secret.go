package dedupe

import (
	"fmt"
	"io"
)

const redacted = "[redacted]"

// Secret is a setting that never prints: not with any verb of fmt, not as JSON,
// not as YAML. An empty Secret prints as nothing, so that "is it set?" can be
// answered from a dump.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the value from every verb; %d would pass String by.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the value from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
