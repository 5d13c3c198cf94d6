# Sources that are made while building: the registries of operators and stages, and the protobuf
# code of src/onnx/onnx.proto.  A room that is still empty makes nothing.

# onnxgrad_registry(NAME TARGET SOURCES...): generated/NAME.c by cmake/registry.cmake, made anew when a
# source changes, as a source of the target.
function(onnxgrad_registry name target)
    set(output "${ONNXGRAD_GENERATED}/${name}.c")
    set(script "${PROJECT_SOURCE_DIR}/cmake/registry.cmake")
    set(list "${ONNXGRAD_GENERATED}/${name}.list")
    string(REPLACE ";" "\n" lines "${ARGN}")
    file(CONFIGURE OUTPUT "${list}" CONTENT "${lines}\n" @ONLY)
    set(make "${CMAKE_COMMAND}" "-DKIND=${name}" "-DLIST=${list}" "-DOUTPUT=${output}" -P "${script}")

    execute_process(COMMAND ${make} RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "cannot make ${output}")
    endif()
    # A stamp, because the output keeps its time when nothing in it changed.
    add_custom_command(OUTPUT "${output}.stamp" BYPRODUCTS "${output}"
        COMMAND ${make} COMMAND "${CMAKE_COMMAND}" -E touch "${output}.stamp"
        DEPENDS ${ARGN} "${script}" "${list}" COMMENT "Registry ${name}" VERBATIM)
    add_custom_target(onnxgrad_${name} DEPENDS "${output}.stamp")
    add_dependencies(${target} onnxgrad_${name})
    set_source_files_properties("${output}" PROPERTIES GENERATED ON)
    target_sources(${target} PRIVATE "${output}")
endfunction()

file(GLOB_RECURSE op_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/ops/*.c")
file(GLOB stage_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/optim/stages/*.c")
file(GLOB present CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/src/graph/graph.h" "${PROJECT_SOURCE_DIR}/src/optim/optim.h"
    "${PROJECT_SOURCE_DIR}/src/onnx/onnx.proto")

if(present MATCHES "/src/graph/graph\\.h")
    onnxgrad_registry(registry onnxgrad_objects ${op_sources})
endif()
if(present MATCHES "/src/optim/optim\\.h")
    onnxgrad_registry(stages onnxgrad_objects ${stage_sources})
endif()

# Included as "onnx/onnx.pb-c.h".
if(present MATCHES "/src/onnx/onnx\\.proto")
    set(proto "${PROJECT_SOURCE_DIR}/src/onnx/onnx.proto")
    set(proto_c "${ONNXGRAD_GENERATED}/onnx/onnx.pb-c.c")
    set(proto_h "${ONNXGRAD_GENERATED}/onnx/onnx.pb-c.h")
    add_custom_command(OUTPUT "${proto_c}" "${proto_h}"
        COMMAND "${PROTOC_C}" "--proto_path=${PROJECT_SOURCE_DIR}/src" "--c_out=${ONNXGRAD_GENERATED}"
                onnx/onnx.proto
        DEPENDS "${proto}" COMMENT "onnx.pb-c" VERBATIM)
    add_library(onnxgrad_proto OBJECT "${proto_c}" "${proto_h}")
    target_include_directories(onnxgrad_proto PUBLIC "${ONNXGRAD_GENERATED}")
    target_link_libraries(onnxgrad_proto PRIVATE PkgConfig::PROTOBUF_C)
    add_dependencies(onnxgrad_objects onnxgrad_proto)
endif()

# The digits that the library carries.
set(digits "${PROJECT_SOURCE_DIR}/data/digits.csv.gz")
set(digits_c "${ONNXGRAD_GENERATED}/digits.c")
set(embed "${PROJECT_SOURCE_DIR}/cmake/embed.cmake")
add_custom_command(OUTPUT "${digits_c}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${digits}" -DNAME=og_digits_csv_gz "-DOUTPUT=${digits_c}" -P "${embed}"
    DEPENDS "${digits}" "${embed}" COMMENT "digits.c" VERBATIM)
target_sources(onnxgrad_objects PRIVATE "${digits_c}")
