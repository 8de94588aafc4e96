@echo off
rem Jibun's launcher for Windows: builds the program once, again when its sources change, and then runs it.
setlocal enableextensions
set "root=%~dp0"
set "build=%root%.build"
if not exist "%build%" mkdir "%build%"

rem Sources are compared by name, time and size with the list that the last build wrote.
(for /r "%root%src" %%f in (*.cs *.csproj *.html *.css *.js) do @echo %%~tzf %%f
 for /r "%root%models" %%f in (*.gguf) do @echo %%~tzf %%f
 for %%f in ("%root%Directory.*.props" "%root%global.json") do @echo %%~tzf %%f) 2>nul ^
 | findstr /v /i /c:"\obj\" /c:"\bin\" > "%build%\sources.now"
fc /b "%build%\sources.now" "%build%\sources.built" >nul 2>nul && if exist "%build%\program\Jibun.Cli.dll" goto run

where dotnet >nul 2>nul || (
  echo jibun: the .NET 10 SDK is needed to build Jibun: https://dotnet.microsoft.com/download 1>&2
  exit /b 1
)
echo building Jibun (once, about a minute)... 1>&2
dotnet publish "%root%src\Jibun.Cli\Jibun.Cli.csproj" --nologo -v quiet -c Release --artifacts-path "%build%\artifacts" ^
  -o "%build%\program" -p:UseSharedCompilation=false -nodeReuse:false > "%build%\build.log" 2>&1
if errorlevel 1 (
  findstr /r /c:": error " "%build%\build.log" 1>&2
  echo jibun: the build failed; the whole log is %build%\build.log 1>&2
  exit /b 1
)
move /y "%build%\sources.now" "%build%\sources.built" >nul

:run
dotnet "%build%\program\Jibun.Cli.dll" %*
exit /b %errorlevel%
