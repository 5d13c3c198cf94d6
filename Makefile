# Short names for what one does here; CMake does the work.  `make demo` and `make test` install what a
# fresh Debian machine lacks.

BUILD    := build
WERROR   ?= OFF
JOBS     := $(shell nproc 2>/dev/null || echo 2)
BUILDERS := gcc libc6-dev make cmake ninja-build pkg-config protobuf-c-compiler libprotobuf-c-dev \
            zlib1g-dev libopenblas-dev
TESTERS  := $(BUILDERS) binutils g++ libcmocka-dev dataset-fashion-mnist python3 python3-venv

# One Python for the tests of all builds; tests/python/venv.sh makes it.
export ONNXGRAD_VENV ?= $(CURDIR)/$(BUILD)/venv

all: build

configure:
	@.ci/install $(BUILDERS)
	cmake -S . -B $(BUILD) -G Ninja -DONNXGRAD_WERROR=$(WERROR)

build: configure
	cmake --build $(BUILD)

# Ten epochs of a network on Fashion-MNIST, then what clipping is for.
demo: configure
	@.ci/install dataset-fashion-mnist
	cmake --build $(BUILD) --target onnxgrad_command
	tests/demo.sh $(BUILD)/onnxgrad $(BUILD)/demo

test:
	@.ci/install $(TESTERS)
	@$(MAKE) --no-print-directory build
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

asan:
	@.ci/install $(TESTERS)
	cmake --preset asan -G Ninja
	cmake --build build-asan
	ctest --test-dir build-asan --output-on-failure -j $(JOBS)

# Ours and PyTorch's alternating in one run; needs a Python with torch (bench/README.md).
bench: build
	bench/compare.py $(BUILD)/onnxgrad
	bench/clip_update.py $(BUILD)/tests/clip_update

format:
	git ls-files '*.c' '*.h' ':!*builders.[ch]' | xargs clang-format -i

# What gcc and clang find with warnings as errors, and the rooms.
lint:
	cmake --preset clang -G Ninja -DONNXGRAD_WERROR=ON
	cmake --build build-clang
	tests/rooms/rooms.sh .

clean:
	rm -rf build build-*

.PHONY: all configure build demo test asan bench format lint clean
