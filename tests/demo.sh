#!/bin/sh
# usage: demo.sh ONNXGRAD FOLDER
# Ten epochs of a small network on Fashion-MNIST, then the pair that shows what clipping is for.
# Fails where an accuracy is not what it has to be (PyTorch: 86.0 to 86.8; 10 to 17; above 85).
set -eu
onnxgrad=$1
folder=$2
rm -rf "$folder"
mkdir -p "$folder"

# train NAME CHAIN: prints the command and its progress; sets $accuracy in percent.
train()
{
    printf '\n$ onnxgrad train zoo:mlp --opt "%s" --out %s\n' "$2" "$folder/$1"
    "$onnxgrad" train zoo:mlp --opt "$2" --out "$folder/$1" --progress plain > "$folder/result"
    cat "$folder/result"
    accuracy=$(sed -n 's/^accuracy \([0-9.]*\) %.*/\1/p' "$folder/result")
    [ -n "$accuracy" ] || { echo "no accuracy was printed"; exit 1; }
}

# gate WHAT CONDITION: the condition is about `a`, the accuracy.
gate()
{
    awk -v a="$accuracy" "BEGIN { exit !($2) }" || { echo "$1: $accuracy % is not $2"; exit 1; }
}

train mlp 'clip_norm(1.0) | sgd(lr=0.1)'
gate 'ten epochs of zoo:mlp' 'a >= 85.5'
[ -s "$folder/mlp/model.onnx" ] || { echo "no file $folder/mlp/model.onnx"; exit 1; }
first=$accuracy

train unclipped 'sgd(lr=1.0)'
gate 'a rate of 1 without clipping' 'a < 50'
unclipped=$accuracy
train clipped 'clip_norm(0.1) | sgd(lr=1.0)'
gate 'a rate of 1 with clipping' 'a > 85'

cat <<END

clip_norm(1.0) | sgd(lr=0.1)   $first %   the trained model: $folder/mlp/model.onnx
sgd(lr=1.0)                    $unclipped %   too fast: the network is lost
clip_norm(0.1) | sgd(lr=1.0)   $accuracy %   as fast, each gradient cut to length 0.1
END
