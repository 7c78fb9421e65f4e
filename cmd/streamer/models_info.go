package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"revscore/internal/score/statistics"
)

func newInfoCommand() *cobra.Command {
	var text, lookup bool
	cmd := &cobra.Command{
		Use: "info BUNDLE [PATH...]", Short: "Query a bundle's model information, as the original's model_info", Args: cobra.MinimumNArgs(1),
		Example: `  streamer models info models/enwiki.damaging statistics.roc_auc
  streamer models info models/enwiki.damaging 'statistics.thresholds.true."maximum recall @ precision >= 0.9"'
  streamer models info --lookup models/enwiki.damaging 'statistics.thresholds.true."maximum recall @ precision >= 0.9"'`,
		Long: "Info prints what is at the paths of the original's model information tree, or all that it shows, as JSON.\n" +
			"A path's parts are names separated by dots; a threshold query stands in quotes.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if lookup && len(args) == 1 {
				return errors.New("--lookup wants a path: the value at each is printed")
			}
			list, err := loadUnasked(args[:1])
			for _, m := range list {
				answer, wrong := information(m.Info(), args[1:], lookup, text)
				if wrong != nil {
					err = errors.Join(err, fmt.Errorf("information of %s: %w", m, wrong))
					continue
				}
				fmt.Fprintln(cmd.OutOrStdout(), answer)
				for _, path := range outOfReach(m.Info(), args[1:]) {
					fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s: no threshold reaches %s: it is null\n", m.path, path)
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&text, "text", false, "for people, as the original prints it")
	cmd.Flags().BoolVar(&lookup, "lookup", false, "the value at each path and nothing else, a line each")
	cmd.MarkFlagsMutuallyExclusive("text", "lookup")
	return cmd
}

func information(info *statistics.Info, paths []string, lookup, text bool) (string, error) {
	var answer []byte
	var err error
	switch {
	case text:
		return info.FormatString(paths...)
	case lookup:
		answer, err = info.LookupJSON(paths)
	default:
		answer, err = info.FormatJSONIndent("  ", paths...)
	}
	return string(answer), err
}

// outOfReach are the threshold queries among paths that no threshold answers. The
// original prints null for them, which a script takes for a number only too easily.
func outOfReach(info *statistics.Info, paths []string) []string {
	var list []string
	for _, path := range paths {
		if v, err := info.Lookup(path); err == nil && v == nil && strings.Contains(path, " @ ") {
			list = append(list, path)
		}
	}
	return list
}
