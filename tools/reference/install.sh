#!/usr/bin/env bash
# Installs the Python reference (revscoring and the feature lists of its
# projects) into a virtual environment, so that values can be recorded from it
# and its speed be measured. Debian 12 or like it; everything comes from apt
# and PyPI.
#
#   tools/reference/install.sh VENV
#
# Again on a finished VENV it does nothing; on a half-made one it goes on where
# it stopped. PYTHON names the interpreter, python3.11 if unset: other versions
# know another Unicode.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3.11}

say() { printf 'reference: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ $# -eq 1 ] || die "usage: $0 VENV"
venv=$1

# Spelling by Hunspell wherever it has the language; Bengali and Tamil are only
# in Aspell. Feature lists do not import without their language's dictionary.
packages=(
  libenchant-2-2
  hunspell-ar hunspell-bs hunspell-ca hunspell-cs hunspell-de-at hunspell-de-ch hunspell-de-de hunspell-el
  hunspell-en-au hunspell-en-gb hunspell-en-us hunspell-es hunspell-eu hunspell-fr-comprehensive hunspell-gl
  hunspell-he hunspell-hi hunspell-hr hunspell-hu hunspell-id hunspell-is hunspell-it hunspell-lv hunspell-nl
  hunspell-no hunspell-pl hunspell-pt-br hunspell-pt-pt hunspell-ro hunspell-ru hunspell-sr hunspell-sv
  hunspell-uk hunspell-vi myspell-et myspell-fa aspell-bn aspell-ta
)

install_packages() {
  command -v dpkg-query >/dev/null || die "dpkg-query is missing: this script knows Debian only"
  local missing=() package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" -eq 0 ] || die "packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"
  say "apt-get installs ${#missing[@]} packages: Enchant and dictionaries"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || die "apt-get cannot read its package lists"
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get cannot install: ${missing[*]}"
}

make_environment() {
  command -v "$python" >/dev/null || die "$python is not here; PYTHON names another 3.11"
  "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || die "$python is not Python 3.11"
  [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv" || die "no virtual environment in $venv (python3.11-venv missing?)"
}

# Nothing is compiled: what holds C code comes as a wheel or not at all.
install_python() {
  say "pip installs $(grep -c == "$here/requirements.txt") packages"
  "$venv/bin/pip" install -q --no-deps 'setuptools==69.5.1' wheel==0.48.0 packaging==26.3 || die "pip cannot install setuptools"
  "$venv/bin/pip" install -q --no-deps --no-build-isolation \
    --only-binary aiohttp,frozenlist,multidict,mwparserfromhell,numpy,propcache,PyYAML,regex,scikit-learn,scipy,yarl \
    -r "$here/requirements.txt" || die "pip cannot install what requirements.txt asks for"
}

# NLTK's own downloads are no package. The stop words are the genuine corpus,
# carried by a wheel whose code is not used.
install_stopwords() {
  local corpora=$venv/nltk_data/corpora
  [ -e "$corpora/stopwords/english" ] && return
  say "stop words of NLTK, out of the wheel of llama-index-core 0.12.0"
  rm -rf "$venv/download" && mkdir -p "$venv/download" "$corpora"
  "$venv/bin/pip" download -q --no-deps -d "$venv/download" llama-index-core==0.12.0 || die "pip cannot download llama-index-core"
  "$venv/bin/python" - "$venv/download" "$corpora" <<'PYTHON' || die "no stop words in the wheel of llama-index-core"
import glob, os, sys, zipfile
download, corpora = sys.argv[1:]
wheel = zipfile.ZipFile(glob.glob(os.path.join(download, "*.whl"))[0])
marker = "nltk_cache/corpora/stopwords/"
names = [name for name in wheel.namelist() if marker in name and not name.endswith("/")]
for name in names:
    path = os.path.join(corpora, "stopwords", name.split(marker)[1])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(wheel.read(name))
sys.exit(not any(name.endswith("/english") for name in names))
PYTHON
  rm -rf "$venv/download"
}

# Debian's order gives English to Aspell as soon as aspell-en is there. Enchant
# reads the order from ENCHANT_CONFIG_DIR, which the .pth file sets for every
# start of this environment's Python (NLTK looks into the environment anyway).
configure_enchant() {
  mkdir -p "$venv/enchant"
  printf '%s\n' '*:hunspell,aspell' 'en:hunspell,aspell' 'en_AU:hunspell,aspell' 'en_CA:hunspell,aspell' \
    'en_GB:hunspell,aspell' 'en_US:hunspell,aspell' 'he:hunspell,aspell' 'he_IL:hunspell,aspell' \
    >"$venv/enchant/enchant.ordering"
  echo 'import os, sys; os.environ.setdefault("ENCHANT_CONFIG_DIR", os.path.join(sys.prefix, "enchant"))' \
    >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/reference_enchant.pth"
}

check() {
  "$venv/bin/python" -W ignore - <<'PYTHON' || die "the reference is installed, but does not import; remove $venv and try again"
import importlib, pkgutil
import articlequality.feature_lists, draftquality.feature_lists, editquality.feature_lists
import enchant
for package in (articlequality, draftquality, editquality):
    for module in pkgutil.iter_modules(package.feature_lists.__path__, package.feature_lists.__name__ + "."):
        importlib.import_module(module.name)
for tag in ("en_US", "en_GB", "en_AU", "de_DE", "fr", "ru"):
    provider = enchant.Dict(tag).provider.name
    assert provider == "hunspell", f"{tag} is spelt by {provider}"
PYTHON
}

install_packages # of this machine, whatever stands in VENV

# The stamp is what this script and its list ask for: a change of either installs again.
stamp=$venv/.installed
wanted=$(cat "$0" "$here/requirements.txt" | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  say "$venv is complete"
  exit 0
fi
make_environment
install_python
install_stopwords
configure_enchant
check
echo "$wanted" >"$stamp"
say "$venv is complete: $("$venv/bin/python" --version), revscoring $("$venv/bin/pip" show revscoring | sed -n 's/^Version: //p')"
