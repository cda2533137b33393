//! The Rust interface to the program that runs SP1.

use crate::conversation::Conversation;
use crate::protocol::{Bytes, Execution, Message, Proof, Prover, Request, System, Task, VERSION};
use crate::{Program, ProofFile, SP1_CIRCUITS, Statement, WorkerError};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The program's name.
const NAME: &str = "zklens-sp1";

/// The variable with the program's path, for a program in another folder.
const VARIABLE: &str = "ZKLENS_SP1";

/// The program `zklens-sp1`, which runs SP1. Each task starts it anew.
#[derive(Clone, Debug)]
pub struct Worker {
    path: PathBuf,
    /// Whether its standard error is shown.
    verbose: bool,
}

/// The result of running a program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Executed {
    /// The program's statement. Nothing is proved.
    pub statement: Statement,
    /// The run: public values and costs.
    pub execution: Execution,
}

/// A new proof, not yet verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proved {
    /// The statement that the proof is for.
    pub statement: Statement,
    /// The run that was proved.
    pub execution: Execution,
    /// The proof, with its public values.
    pub file: ProofFile,
}

impl Worker {
    /// Finds the program: the file that the variable `ZKLENS_SP1` names, else the one in the folder
    /// of the running program, else the first one on the `PATH`.
    ///
    /// # Errors
    ///
    /// [`WorkerError::NotFound`] if the program is in none of these places.
    pub fn find() -> Result<Self, WorkerError> {
        let named = env::var_os(VARIABLE).filter(|path| !path.is_empty());
        let here = env::current_exe().ok();
        let folder = here.as_deref().and_then(Path::parent);
        let path = env::var_os("PATH").unwrap_or_default();
        let found = locate(named.as_deref(), folder, &path);
        found.map(Self::at).ok_or(WorkerError::NotFound)
    }

    /// The program in this file, which may turn out not to exist when a task starts.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            verbose: false,
        }
    }

    /// Whether SP1's standard error is shown on that of this process. It is not by default.
    #[must_use]
    pub const fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }

    /// Runs a program on its inputs: an image file, and a `.zkl` file if the program takes one.
    /// `progress` receives a text for people at each step.
    ///
    /// # Errors
    ///
    /// See [`WorkerError`].
    pub fn execute(
        &self,
        program: &'static Program,
        inputs: Vec<Vec<u8>>,
        progress: impl FnMut(&str),
    ) -> Result<Executed, WorkerError> {
        let inputs = inputs.into_iter().map(Bytes).collect();
        match self.ask(program, Task::Execute { inputs }, progress)? {
            Message::Executed(execution) => Ok(Executed {
                statement: Statement::decode(program, &execution.public_values.0)?,
                execution,
            }),
            _ => Err(self.garbled()),
        }
    }

    /// Runs a program as [`Self::execute`] does, and proves the run.
    ///
    /// # Errors
    ///
    /// See [`WorkerError`].
    pub fn prove(
        &self,
        program: &'static Program,
        inputs: Vec<Vec<u8>>,
        system: System,
        prover: Prover,
        progress: impl FnMut(&str),
    ) -> Result<Proved, WorkerError> {
        let inputs = inputs.into_iter().map(Bytes).collect();
        let task = Task::Prove {
            inputs,
            system,
            prover,
        };
        let proof = match self.ask(program, task, progress)? {
            Message::Proved(proof) => proof,
            _ => return Err(self.garbled()),
        };
        let Proof {
            execution,
            vkey,
            bytes,
        } = proof;
        self.check_key(program, &vkey)?;
        let mock = prover == Prover::Mock;
        Ok(Proved {
            statement: Statement::decode(program, &execution.public_values.0)?,
            file: ProofFile {
                vkey: program.vkey,
                system,
                mock,
                sp1_version: SP1_CIRCUITS.into(),
                public_values: execution.public_values.0.clone(),
                proof: if mock { Vec::new() } else { bytes.0 },
            },
            execution,
        })
    }

    /// Verifies a core or compressed proof of a program. Returns the reason if it is false.
    ///
    /// # Errors
    ///
    /// See [`WorkerError`]. It is then unknown whether the proof is true.
    pub(crate) fn verify(
        &self,
        program: &'static Program,
        file: &ProofFile,
    ) -> Result<Option<String>, WorkerError> {
        let task = Task::Verify {
            system: file.system,
            public_values: Bytes(file.public_values.clone()),
            proof: Bytes(file.proof.clone()),
        };
        match self.ask(program, task, |_| ())? {
            Message::Verified(fault) => Ok(fault),
            _ => Err(self.garbled()),
        }
    }

    /// Computes a program's verifying key, which must be [`Program::vkey`].
    ///
    /// # Errors
    ///
    /// See [`WorkerError`]; [`WorkerError::OtherProgram`] if the key is different.
    pub fn key(
        &self,
        program: &'static Program,
        progress: impl FnMut(&str),
    ) -> Result<[u8; 32], WorkerError> {
        match self.ask(program, Task::Key, progress)? {
            Message::Key(vkey) => self.check_key(program, &vkey),
            _ => Err(self.garbled()),
        }
    }

    fn ask(
        &self,
        program: &Program,
        task: Task,
        progress: impl FnMut(&str),
    ) -> Result<Message, WorkerError> {
        let request = Request {
            version: VERSION,
            program: program.name.clone(),
            vkey: Bytes(program.vkey.to_vec()),
            task,
        };
        let conversation =
            Conversation::start(&self.path, request, self.verbose).map_err(|error| {
                WorkerError::CannotStart {
                    path: self.path.clone(),
                    error,
                }
            })?;
        match conversation.answer(&self.path, progress)? {
            Message::Failed(failure) => Err(WorkerError::Failed(failure)),
            answer => Ok(answer),
        }
    }

    fn check_key(&self, program: &'static Program, got: &Bytes) -> Result<[u8; 32], WorkerError> {
        if got.0 == program.vkey {
            return Ok(program.vkey);
        }
        Err(WorkerError::OtherProgram {
            path: self.path.clone(),
            program: &program.name,
            expected: program.vkey,
            got: got.0.clone(),
        })
    }

    fn garbled(&self) -> WorkerError {
        WorkerError::Garbled {
            path: self.path.clone(),
        }
    }
}

fn locate(named: Option<&OsStr>, folder: Option<&Path>, path: &OsStr) -> Option<PathBuf> {
    if let Some(named) = named {
        // If the file does not exist, the error when it is started names it.
        return Some(named.into());
    }
    let name = format!("{NAME}{}", env::consts::EXE_SUFFIX);
    let beside = folder.map(Path::to_path_buf).into_iter();
    let mut folders = beside.chain(env::split_paths(path));
    folders.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_is_looked_for_in_three_places() {
        let [beside, on_path] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let path = env::join_paths([Path::new("/nowhere"), on_path.path()]).unwrap();
        let name = format!("{NAME}{}", env::consts::EXE_SUFFIX);
        let find = |named: Option<&str>| locate(named.map(OsStr::new), Some(beside.path()), &path);
        assert_eq!(find(None), None);
        std::fs::write(on_path.path().join(&name), "").unwrap();
        assert_eq!(find(None), Some(on_path.path().join(&name)));
        std::fs::write(beside.path().join(&name), "").unwrap();
        assert_eq!(find(None), Some(beside.path().join(&name)));
        assert_eq!(find(Some("/other")), Some("/other".into()));
    }
}
