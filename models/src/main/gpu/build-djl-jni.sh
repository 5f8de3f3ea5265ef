#!/usr/bin/env bash
# Builds DJL's libdjl_torch.so against a PyTorch of pip's, for GPUs where DJL's own CUDA build of PyTorch can't be had or is too old.
#   DJL=<DJL's sources at 0.36.0> SITE=<site-packages with torch> OUT=<folder> build-djl-jni.sh
# Needs g++, a JDK, the jars that mvn package leaves in cli/target/lib, and CUDA's headers: CUDA_INCLUDE=<folders, separated by ":">,
# default those of the nvidia wheels that came with torch (crt/ is in the wheel nvidia-cuda-crt).
set -euo pipefail
: "${DJL:?}" "${SITE:?}" "${OUT:?}"
jars="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../../.." && pwd)/cli/target/lib"
jdk="$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"
sources="$DJL/engines/pytorch/pytorch-native/src/main/native"
includes="$(IFS=:; for folder in ${CUDA_INCLUDE:-$(find -L "$SITE/nvidia" -type d -name include | paste -sd:)}; do printf ' -isystem %s' "$folder"; done)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
javac -cp "$jars/*" -h "$work" -d "$work/classes" "$DJL/engines/pytorch/pytorch-engine/src/main/java/ai/djl/pytorch/jni/PyTorchLibrary.java"
for source in "$sources"/*.cc; do
  echo "compiling $(basename "$source")"
  # shellcheck disable=SC2086
  g++ -std=gnu++17 -O2 -DNDEBUG -fPIC -w -DUSE_CUDA -D_GLIBCXX_USE_CXX11_ABI=1 -I"$work" -I"$sources" -I"$DJL/api/src/main/native" \
    -I"$jdk/include" -I"$jdk/include/linux" -isystem "$SITE/torch/include" -isystem "$SITE/torch/include/torch/csrc/api/include" $includes \
    -c "$source" -o "$work/$(basename "$source" .cc).o"
done
mkdir -p "$OUT"
g++ -shared -o "$OUT/libdjl_torch.so" "$work"/*.o -Wl,-soname,libdjl_torch.so -Wl,--no-as-needed -Wl,--allow-shlib-undefined -L"$SITE/torch/lib" \
  -ltorch -ltorch_cpu -lc10_cuda -lc10
strip -s "$OUT/libdjl_torch.so"
ls -l "$OUT/libdjl_torch.so"
