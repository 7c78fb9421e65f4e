package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/registry"
	"revscore/internal/sink"
	"revscore/models"
)

// maxLine bounds one event or scoring input read from a file or a pipe: twice a
// text of 20 MB, escaped.
const maxLine = 128 << 20

func newCheckCommand() *cobra.Command {
	var path, events string
	cmd := &cobra.Command{
		Use: "check", Short: "Validate a configuration and its models; say where events would go", Args: cobra.NoArgs,
		Long: "Check validates the configuration, loads every model and re-scores its recorded examples. It says what\n" +
			"will be in service, which streams there are, and which shadows.\n" +
			"With --event FILE (JSON lines, - for standard input) it says for each event which streams\n" +
			"it would feed and, for each other route, which condition failed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := readConfig(path, os.LookupEnv)
			if err != nil {
				return err
			}
			return check(cmd.InOrStdin(), cmd.OutOrStdout(), cfg, events)
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "configuration file")
	cmd.Flags().StringVar(&events, "event", "", "file with events, one JSON object a line")
	cobra.CheckErr(cmd.MarkFlagRequired("config"))
	return cmd
}

func check(stdin io.Reader, out io.Writer, cfg Config, events string) error {
	set, err := registry.LoadSet(models.FS, cfg.Models, cfg.Dictionaries)
	if err != nil {
		return err
	}
	for _, b := range set.List() {
		fmt.Fprintf(out, "model %s of %s: %s version %s, checksum %.12s, %d features, recorded examples reproduced (%s)\n",
			b.Name, strings.Join(b.Wikis, ", "), b.Model, b.Model.Version(), b.Model.Checksum(), len(b.Model.Features()), b.Path)
	}
	routes, err := score.NewRoutes(cfg.Routes, set, cfg.Produce.Topic)
	if err != nil {
		return err
	}
	for _, s := range append(routes.Streams(), cfg.ownStreams()...) {
		fmt.Fprintf(out, "stream %s to %s, %s\n", s.Name, destinations(cfg.Sinks.Of(s.Name), s.Topic), s.Schema)
	}
	if topics := cfg.retryPolicy().Topics(); len(topics) > 0 {
		fmt.Fprintf(out, "retry topics %s\n", strings.Join(topics, ", "))
	}
	for _, b := range routes.Shadows() {
		fmt.Fprintf(out, "shadow %s beside %s in stream %s, tolerance %v, sample %v, differences to %s\n",
			b.ShadowConfig.Model, b.Model, b.Stream, b.Tolerance, b.Sample, orElse(b.Topic, "the log"))
	}
	for _, doubt := range set.Doubts() {
		fmt.Fprintln(out, "warning:", doubt)
	}
	fmt.Fprintln(out, "configuration is valid")
	if events == "" {
		return nil
	}
	in, closeInput, err := openInput(stdin, events)
	if err != nil {
		return err
	}
	defer closeInput()
	return explain(in, out, routes)
}

// destinations says where a stream goes.
func destinations(sinks []string, topic string) string {
	said := map[string]string{sink.Kafka: "topic " + topic, sink.KafkaAvro: "topic " + topic + " in Avro", sink.EventGate: "EventGate", sink.Files: "files"}
	var places []string
	for _, name := range sinks {
		places = append(places, said[name])
	}
	return strings.Join(places, " and ")
}

// openInput opens a file, or standard input for "-".
func openInput(stdin io.Reader, path string) (io.Reader, func(), error) {
	if path == "-" {
		return stdin, func() {}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return f, func() { _ = f.Close() }, nil // opened for reading
}

func explain(in io.Reader, out io.Writer, routes *score.Routes) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	bad := 0
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		fmt.Fprintf(out, "line %d: ", n)
		readable, err := explainEvent(line, out, routes)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if !readable {
			bad++
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	if bad > 0 {
		return fmt.Errorf("%d events cannot be read and would become dead letters", bad)
	}
	return nil
}

// explainEvent says what becomes of one event.
func explainEvent(line []byte, out io.Writer, routes *score.Routes) (readable bool, err error) {
	rev, err := event.Parse(line)
	switch {
	case errors.Is(err, event.ErrNothingToScore):
		fmt.Fprintln(out, err)
		return true, nil
	case err != nil:
		fmt.Fprintf(out, "dead letter: %v\n", err)
		return false, nil
	case rev.Canary():
		fmt.Fprintln(out, "canary: passed on to every stream, not scored")
		return true, nil
	}
	fmt.Fprintf(out, "revision %d of %s\n", rev.RevID, rev.Wiki)
	decisions, err := routes.Explain(rev)
	for _, d := range decisions {
		if d.Refusal != "" {
			fmt.Fprintf(out, "  no   %s (model %s): %s\n", d.Stream, d.Model, d.Refusal)
			continue
		}
		fmt.Fprintf(out, "  yes  %s (model %s, version %s)\n", d.Stream, d.Model, d.Version)
		if d.Shadow != "" {
			fmt.Fprintf(out, "       in its shadow %s, version %s\n", d.Shadow, d.ShadowVersion)
		}
	}
	return true, err
}
