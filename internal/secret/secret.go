// Package secret holds settings that never print. It is a package of its own because
// every stage that connects to something has one.
package secret

import (
	"fmt"
	"io"
)

const redacted = "[redacted]"

// Value is a setting that never prints: not with any verb of fmt, not as JSON,
// not as YAML. An empty Value prints as nothing, so that "is it set?" can be
// answered from a dump.
type Value string

// String hides the value.
func (s Value) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the value from every verb; %d would pass String by.
func (s Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the value from encoders.
func (s Value) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
