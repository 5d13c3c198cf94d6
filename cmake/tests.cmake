# tests/unit/ROOM/test_NAME.c becomes the program unit_ROOM_NAME, a test of label `unit`.

pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
file(GLOB unit_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/unit/*/test_*.c")

if(NOT CMOCKA_FOUND)
    message(STATUS "cmocka was not found: the unit tests are left out")
    set(unit_sources "")
endif()

foreach(source IN LISTS unit_sources)
    get_filename_component(name "${source}" NAME_WE)
    get_filename_component(folder "${source}" DIRECTORY)
    get_filename_component(room "${folder}" NAME)
    string(REGEX REPLACE "^test_" "unit_${room}_" name "${name}")
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE
        onnxgrad_flags onnxgrad_static PkgConfig::CMOCKA ${ONNXGRAD_DEPENDENCIES})
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_include_directories(${name} SYSTEM PRIVATE "${ONNXGRAD_GENERATED}")
    target_compile_definitions(${name} PRIVATE OG_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}" OG_VERSION="${PROJECT_VERSION}")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endforeach()

# The one that checks the models of the zoo is linked with them.
if(TARGET unit_check_second)
    target_sources(unit_check_second PRIVATE ${zoo_sources} "${ONNXGRAD_GENERATED}/zoo.c")
    target_include_directories(unit_check_second PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
    add_dependencies(unit_check_second onnxgrad_zoo)
endif()

# tests/ops: the generic test over the registry of operators.
add_executable(ops tests/ops/ops.c)
target_link_libraries(ops PRIVATE onnxgrad_flags onnxgrad_static ${ONNXGRAD_DEPENDENCIES})
target_include_directories(ops PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
set_target_properties(ops PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
add_test(NAME ops COMMAND ops)
set_tests_properties(ops PROPERTIES LABELS unit TIMEOUT 300)

# tests/kernels: every variant of the kernels against the plain one; `kernels --bench` prints speeds.
add_executable(kernels tests/kernels/kernels.c tests/kernels/products.c)
target_compile_definitions(kernels PRIVATE $<$<BOOL:${OG_HAVE_OPENBLAS}>:OG_HAVE_OPENBLAS>)
target_link_libraries(kernels PRIVATE onnxgrad_flags onnxgrad_static ${ONNXGRAD_DEPENDENCIES})
target_include_directories(kernels PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
set_target_properties(kernels PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
add_test(NAME kernels COMMAND kernels)
set_tests_properties(kernels PROPERTIES LABELS unit TIMEOUT 120)

# bench/clip_update.py times it beside PyTorch.
add_executable(clip_update bench/clip_update.c)
target_link_libraries(clip_update PRIVATE onnxgrad_flags onnxgrad_static ${ONNXGRAD_DEPENDENCIES})
set_target_properties(clip_update PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")

include(fuzz)

# The same with the other instruction sets of this build; a machine that lacks one
# takes the next best.
foreach(isa baseline avx2)
    add_test(NAME ops_${isa} COMMAND ops)
    set_tests_properties(ops_${isa} PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "ONNXGRAD_ISA=${isa}")
    if(TARGET unit_exec_random_graphs)
        add_test(NAME random_graphs_${isa} COMMAND unit_exec_random_graphs)
        set_tests_properties(random_graphs_${isa} PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "ONNXGRAD_ISA=${isa}")
    endif()
endforeach()

# tests/rooms: who includes whom, what the objects call and export, headers that compile alone.
set(rooms "${CMAKE_CURRENT_SOURCE_DIR}/tests/rooms")
add_test(NAME rooms_arrows COMMAND sh "${rooms}/rooms.sh" "${CMAKE_CURRENT_SOURCE_DIR}")
find_program(ONNXGRAD_CXX NAMES c++ g++ clang++)
add_test(NAME rooms_headers COMMAND sh "${rooms}/headers.sh" "${CMAKE_CURRENT_SOURCE_DIR}"
    "${CMAKE_C_COMPILER}" $<$<BOOL:${ONNXGRAD_CXX}>:${ONNXGRAD_CXX}>)
set_tests_properties(rooms_arrows rooms_headers PROPERTIES LABELS unit)
if(NOT CMAKE_C_FLAGS MATCHES "sanitize") # sanitizers bring variables and calls of their own
    add_test(NAME rooms_symbols COMMAND sh "${rooms}/symbols.sh"
        "${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_CURRENT_BINARY_DIR}")
    set_tests_properties(rooms_symbols PROPERTIES LABELS unit)
endif()

# What is made from the list of operators is up to date: tests/generated.sh … --write makes it.
if(TARGET onnxgrad_command)
    add_test(NAME generated COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/tests/generated.sh"
        $<TARGET_FILE:onnxgrad_command> "${CMAKE_CURRENT_SOURCE_DIR}")
    set_tests_properties(generated PROPERTIES LABELS unit)
endif()

# Tests by Python with others' packages: the first one makes the virtual environment for all.
find_program(ONNXGRAD_PYTHON NAMES python3)
set(ONNXGRAD_VENV "$ENV{ONNXGRAD_VENV}" CACHE PATH "Python environment of the tests; empty: venv in the build folder")
if(NOT ONNXGRAD_VENV)
    set(ONNXGRAD_VENV "${CMAKE_CURRENT_BINARY_DIR}/venv")
endif()

set(slow_build "")
if(CMAKE_C_FLAGS MATCHES "sanitize")
    set(slow_build 1)
endif()

# onnxgrad_python_test(NAME LABEL SCRIPT ARGUMENTS...)
function(onnxgrad_python_test name label script)
    add_test(NAME ${name} COMMAND "${ONNXGRAD_VENV}/bin/python" "${PROJECT_SOURCE_DIR}/tests/${script}" ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 900 FIXTURES_REQUIRED python
        ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;ONNXGRAD_SLOW=${slow_build}")
endfunction()

# models/own_stage.c: a stage of the user's own, in a chain as all others.
add_test(NAME own_stage COMMAND own_stage)
set_tests_properties(own_stage PROPERTIES LABELS unit PASS_REGULAR_EXPRESSION
    "clip_soft .*norm of the first gradient 0\\.[3-9][0-9]*, behind clip_soft 0\\.0[0-9]+; accuracy 9[0-9]\\.")

# tests/golden/training: small networks that PyTorch trained.
if(TARGET onnxgrad_command)
    add_test(NAME golden COMMAND onnxgrad_command test "${CMAKE_CURRENT_SOURCE_DIR}/tests/golden/training")
    set_tests_properties(golden PROPERTIES LABELS unit TIMEOUT 120)
endif()

# Whether PyTorch and optax still give the recorded numbers, by a Python that has both; label golden.
set(ONNXGRAD_GOLDEN_PYTHON "$ENV{ONNXGRAD_GOLDEN_PYTHON}" CACHE FILEPATH "Python with torch and optax; empty: no such test")
if(ONNXGRAD_GOLDEN_PYTHON)
    add_test(NAME golden_again COMMAND "${ONNXGRAD_GOLDEN_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/tests/golden/again.py")
    set_tests_properties(golden_again PROPERTIES LABELS golden TIMEOUT 1800)
endif()

if(ONNXGRAD_PYTHON AND TARGET onnxgrad_command)
    add_test(NAME python_venv COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/tests/python/venv.sh" "${ONNXGRAD_VENV}")
    set_tests_properties(python_venv PROPERTIES FIXTURES_SETUP python TIMEOUT 600)

    # tests/cli/NAME.txt becomes the test cli_NAME.
    file(GLOB cli_tables CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/cli/*.txt")
    foreach(table IN LISTS cli_tables)
        get_filename_component(name "${table}" NAME_WE)
        add_test(NAME cli_${name} COMMAND "${ONNXGRAD_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/tests/cli/cli.py"
            $<TARGET_FILE:onnxgrad_command> "${table}")
        set_tests_properties(cli_${name} PROPERTIES LABELS cli TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
    endforeach()

    add_test(NAME bad COMMAND "${ONNXGRAD_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/tests/bad/bad.py" $<TARGET_FILE:onnxgrad_command>)
    set_tests_properties(bad PROPERTIES LABELS bad TIMEOUT 600)

    # tests/docs/chains.py: the chains that are shown anywhere have no mistake of order.
    file(GLOB shown CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.md" "${CMAKE_CURRENT_SOURCE_DIR}/docs/*.md"
        "${CMAKE_CURRENT_SOURCE_DIR}/models/*.c" "${CMAKE_CURRENT_SOURCE_DIR}/tools/*.c")
    add_test(NAME docs_chains COMMAND "${ONNXGRAD_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/tests/docs/chains.py"
        $<TARGET_FILE:onnxgrad_command> ${shown})
    set_tests_properties(docs_chains PROPERTIES LABELS docs ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

    # tests/docs: what the pages show is what the commands print, and their programs compile and run.
    # The numbers in made-up names follow the order in which a compiler evaluates arguments: gcc's, as in the pages.
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        file(GLOB pages CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.md" "${CMAKE_CURRENT_SOURCE_DIR}/docs/*.md")
        add_test(NAME docs COMMAND "${ONNXGRAD_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/tests/docs/docs.py"
            $<TARGET_FILE:onnxgrad_command> ${pages})
        list(JOIN OPENBLAS_LDFLAGS " " docs_blas)
        set_tests_properties(docs PROPERTIES LABELS docs TIMEOUT 600 ENVIRONMENT
            "PYTHONDONTWRITEBYTECODE=1;ONNXGRAD_CC=${CMAKE_C_COMPILER} ${CMAKE_C_FLAGS} -std=c11 -Wall -Wextra -I${CMAKE_CURRENT_SOURCE_DIR}/include;ONNXGRAD_LINK=$<TARGET_FILE:onnxgrad_static> ${docs_blas} -lprotobuf-c -lz -lm -lpthread")
    endif()

    onnxgrad_python_test(conformance conformance conformance/conformance.py
        $<TARGET_FILE:onnxgrad_command> "${ONNXGRAD_VENV}/cases")
    # tests/python/NAME.py becomes the test NAME.
    file(GLOB python_tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/python/*.py")
    foreach(script IN LISTS python_tests)
        get_filename_component(name "${script}" NAME_WE)
        if(NOT name MATCHES "^common$")
            onnxgrad_python_test(${name} python python/${name}.py $<TARGET_FILE:onnxgrad_command>)
        endif()
    endforeach()
else()
    message(STATUS "Python was not found: the conformance cases and comparisons are left out")
endif()
