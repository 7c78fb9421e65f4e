package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"revscore/internal/score/registry"
	"revscore/models"
)

func newListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [BUNDLE...]", Short: "List bundles; without names those in this program",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				cards, err := fs.Glob(models.FS, "*/model.yaml")
				if err != nil {
					return err
				}
				for _, card := range cards {
					args = append(args, registry.EmbeddedPrefix+path.Dir(card))
				}
			}
			list, err := loadUnasked(args)
			return errors.Join(writeList(cmd.OutOrStdout(), list), err)
		},
	}
	return cmd
}

func writeList(out io.Writer, list []loaded) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BUNDLE\tWIKI\tNAME\tVERSION\tTYPE\tLABELS\tFEATURES\tSIZE\tCHECKSUM")
	for _, m := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%.12s\n",
			m.path, m.Wiki(), m.Name(), m.Version(), m.Type(), len(m.Labels()), len(m.Features()), size(m.Size()), m.Checksum())
	}
	return w.Flush()
}

// size writes bytes as people read them.
func size(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
