package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newInfoCommand() *cobra.Command {
	var dictionaries []string
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
			list, err := loadEach(args[:1], dictionaries)
			if err != nil {
				return err
			}
			for _, m := range list {
				var answer []byte
				switch {
				case lookup:
					answer, err = m.Info().LookupJSON(args[1:])
				case text:
					var s string
					s, err = m.Info().FormatString(args[1:]...)
					answer = []byte(s)
				default:
					answer, err = m.Info().FormatJSONIndent("  ", args[1:]...)
				}
				if err != nil {
					return fmt.Errorf("information of %s: %w", m, err)
				}
				fmt.Fprintln(cmd.OutOrStdout(), string(answer))
			}
			return nil
		},
	}
	dictionaryFlag(cmd, &dictionaries)
	cmd.Flags().BoolVar(&text, "text", false, "for people, as the original prints it")
	cmd.Flags().BoolVar(&lookup, "lookup", false, "the value at each path and nothing else, a line each")
	cmd.MarkFlagsMutuallyExclusive("text", "lookup")
	return cmd
}
