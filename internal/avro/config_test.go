package avro

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestValidateReportsAllFaults(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	bad := Config{
		Registry: RegistryConfig{
			URLs: []string{"localhost:8081", "http://user:secret@host"}, Password: "secret", Token: "x", Subjects: "y",
			TLS: TLSConfig{CertFile: "c"}, RetryFor: -1,
		},
		Files: FilesConfig{Instance: "../x", Compression: "zip", Lateness: -1, Delay: time.Hour, Buffered: 1},
	}
	err := bad.Validate()
	if err == nil {
		t.Fatal("it is valid")
	}
	for _, want := range []string{
		"registry.urls has", "registry.urls names", "registry.token", "registry.username", "tls.cert_file", "registry.subjects", "registry.timeout", "registry.retry_for",
		"files.instance", "files.compression", "files.lateness", "files.delay", "files.max_buffered_bytes", "files.max_part_bytes", "files.max_open_files", "files.remember",
	} {
		if !strings.Contains(err.Error(), "avro."+want) && !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("a secret stands in %v", err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	cfg := RegistryConfig{Password: "geheim", Token: "geheim"}
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{string(text), fmt.Sprintf("%v %+v %#v %q", cfg, cfg, cfg, cfg.Password)} {
		if strings.Contains(out, "geheim") || !strings.Contains(out, "[redacted]") {
			t.Error(out)
		}
	}
}
