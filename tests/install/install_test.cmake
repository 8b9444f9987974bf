# Installs the build into an empty folder, builds examples/ against what is there as a project of its
# own, and runs it.
#
# BUILD_DIR: the project's build folder; WORK_DIR: where to work; EXAMPLES_DIR: examples/;
# CXX_COMPILER, CXX_FLAGS: as the project was built (sanitizers must match)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT code EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}: ${code}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

function(expect actual expected)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "expected:\n${expected}\ngot:\n${actual}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/installed)
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${EXAMPLES_DIR} -B ${WORK_DIR}/build -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER} -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)

run(${WORK_DIR}/build/embed)
expect("${text}" "completed: callboard\n")

run(${WORK_DIR}/build/chat)
if(NOT text MATCHES "First you said: My name is Ada")
  message(FATAL_ERROR "chat says:\n${text}")
endif()

run(${WORK_DIR}/build/scheduled)
set(id "[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+")
if(NOT text MATCHES
   "^Job started with ID: ${id}\nreflecting on recent interactions ...\nrun completed\n$")
  message(FATAL_ERROR "scheduled says:\n${text}")
endif()

# What the README shows is what was just built and run.
file(READ ${EXAMPLES_DIR}/embed.cpp example)
file(READ ${EXAMPLES_DIR}/../README.md readme)
string(FIND "${readme}" "${example}" in_readme)
if(in_readme EQUAL -1)
  message(FATAL_ERROR "README.md does not show examples/embed.cpp as it is")
endif()

# The package must not lean on the source tree or the build folder.
file(GLOB_RECURSE package_files ${prefix}/lib*/cmake/callboard/*.cmake)
if(NOT package_files)
  message(FATAL_ERROR "no package files below ${prefix}")
endif()
foreach(file ${package_files})
  file(READ ${file} content)
  string(FIND "${content}" "${BUILD_DIR}" in_build)
  if(NOT in_build EQUAL -1)
    message(FATAL_ERROR "${file} names the build folder")
  endif()
endforeach()

run(${prefix}/bin/callboard-bench --help)
run(${prefix}/bin/callboard --version)
if(NOT text MATCHES "^callboard [0-9]+\\.[0-9]+\\.[0-9]+\n$")
  message(FATAL_ERROR "callboard --version says: ${text}")
endif()
