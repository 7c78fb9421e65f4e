#!/usr/bin/env bash
# Record under every release of scikit-learn:
#
#     tools/sklearn/record.sh VENVS [FOLDER]
#
# VENVS keeps a virtual environment for each release (about 300 MB each); PYTHONS, a folder
# as pyenv has it, has Python 3.6 to 3.12. Without FOLDER the committed files are written,
# one pickle protocol for each release, and numpy's; with it every case and protocol.
set -euo pipefail
venvs=$1 folder=${2:-} here=$(cd "$(dirname "$0")" && pwd)
pythons=${PYTHONS:-$HOME/.pyenv/versions}
sklearn=$here/../../internal/revscoring/sklearn/testdata
numpy=$here/../../internal/revscoring/numpy/testdata

# name, Python, scikit-learn, other requirements, protocol of the committed file
releases='
0.19.2    3.6  0.19.2  numpy       3
0.20.3    3.7  0.20.3  numpy       2
0.21.3    3.7  0.21.3  numpy       4
0.22.1    3.8  0.22.1  numpy<1.24  5
0.23.2    3.8  0.23.2  numpy<1.24  2
0.24.2    3.9  0.24.2  numpy<1.24  4
1.0.2     3.10 1.0.2   numpy<1.24  4
1.1.3     3.10 1.1.3   numpy<1.24  5
1.2.2     3.11 1.2.2   numpy<2     3
1.3.2     3.11 1.3.2   numpy<2     5
1.4.2     3.12 1.4.2   numpy<2     4
1.5.2     3.12 1.5.2   numpy<2     5
1.5.2np2  3.12 1.5.2   numpy>=2    2
1.6.1     3.12 1.6.1   numpy>=2    4
1.7.2     3.12 1.7.2   numpy>=2    5
'
while read -r name python release requirement protocol; do
  [ -n "$name" ] || continue
  venv=$venvs/v$name
  if [ ! -e "$venv/ok" ]; then
    "$(ls -d "$pythons/$python".*/bin/python | tail -1)" -m venv "$venv"
    "$venv/bin/pip" install -q --only-binary=:all: "scikit-learn==$release" "$requirement" scipy
    touch "$venv/ok"
  fi
  run() { "$venv/bin/python" -W ignore "$here/$1" "${@:2}"; }
  if [ -n "$folder" ]; then
    for p in 2 3 4 5; do
      if [ "$p" = 5 ] && [[ $python =~ ^3\.[67]$ ]]; then continue; fi # from 3.8 on
      run record.py --all --protocol "$p" "$folder/$name.p$p.pickle.gz"
    done
  else
    run record.py --protocol "$protocol" "$sklearn/$name.pickle.gz"
    case $name in
    1.1.3) run arrays.py --protocol 2 "$numpy/numpy1.p2.pickle"; run arrays.py --protocol 5 "$numpy/numpy1.p5.pickle" ;;
    1.5.2np2) for p in 2 4 5; do run arrays.py --protocol $p "$numpy/numpy2.p$p.pickle"; done ;;
    esac
  fi
done <<<"$releases"
