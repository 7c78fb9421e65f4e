package avro

import (
	"fmt"
	"io"
)

// Secret is a setting that never prints: not with any verb of fmt, not as JSON,
// not as YAML. An empty one prints as nothing, so that a dump tells whether it is set.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// Format hides the value from every verb; %d would pass String by.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the value from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
