#!/usr/bin/env bash
#SBATCH --job-name=isserlis-merge
# Joins the shares in the folder OUTPUT, and writes the report there. See submit.sh.
set -euo pipefail
exec "${ISSERLIS:-isserlis}" merge "$1" --output "$1"
