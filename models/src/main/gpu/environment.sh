# To be sourced: lets DJL's PyTorch engine run on the libraries of a PyTorch of pip's, on a GPU, without a network.
#   SITE=<site-packages with torch> JNI=<folder of build-djl-jni.sh's libdjl_torch.so> [LINKS=<folder>] . environment.sh
: "${SITE:?SITE=<site-packages> is not set}" "${JNI:?JNI=<folder with libdjl_torch.so> is not set}"
SITE="$(readlink -f "$SITE")" JNI="$(readlink -f "$JNI")"
LINKS="${LINKS:-${XDG_CACHE_HOME:-$HOME/.cache}/memlora-torch}"
for needed in "$SITE/torch/lib/libtorch_cuda.so" "$JNI/libdjl_torch.so"; do
  [ -e "$needed" ] || echo "environment.sh: there is no $needed: DJL's PyTorch engine won't start" >&2
done
# Links of another PyTorch would be loaded, too.
rm -rf "$LINKS/torch" "$LINKS/nvidia"
mkdir -p "$LINKS/torch" "$LINKS/nvidia" "$LINKS/cache"
# DJL loads all that lies in the folder, so only what it needs lies there.
for library in libc10.so libtorch_cpu.so libc10_cuda.so libtorch_cuda.so libtorch.so; do
  ln -sfn "$SITE/torch/lib/$library" "$LINKS/torch/$library"
done
find "$SITE/torch/lib" -name 'libgomp*.so*' -exec ln -sfn {} "$LINKS/torch/" \;
ln -sfn "$JNI/libdjl_torch.so" "$LINKS/torch/libdjl_torch.so"
find -L "$SITE/nvidia" -path '*/lib/*.so*' -exec ln -sfn {} "$LINKS/nvidia/" \;
# DJL asks for CUDA's runtime by this name; the wheels have it with its version alone.
find "$LINKS/nvidia" -name 'libcudart.so.[0-9]*' -exec ln -sfn {} "$LINKS/nvidia/libcudart.so" \;
export PYTORCH_LIBRARY_PATH="$LINKS/torch" PYTORCH_FLAVOR="${PYTORCH_FLAVOR:-cu130}"
PYTORCH_VERSION="$(sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$SITE/torch/version.py")"
export PYTORCH_VERSION LD_LIBRARY_PATH="$SITE/torch/lib:$LINKS/nvidia${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# Tokenizers would fetch a CUDA build of their own.
export DJL_CACHE_DIR="$LINKS/cache" ENGINE_CACHE_DIR="$LINKS/cache" DJL_OFFLINE=true RUST_FLAVOR=cpu
