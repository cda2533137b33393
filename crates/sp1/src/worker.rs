//! The program that runs SP1, as a Rust API.

use crate::conversation::Conversation;
use crate::protocol::{Bytes, Execution, Message, Proof, Prover, Request, System, Task, VERSION};
use crate::{Program, ProofFile, SP1_CIRCUITS, Statement, WorkerError};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The program's name.
const NAME: &str = "zklens-sp1";

/// Names the program where it is somewhere else.
const VARIABLE: &str = "ZKLENS_SP1";

/// The program `zklens-sp1`, which runs SP1. Each task starts it again.
#[derive(Clone, Debug)]
pub struct Worker {
    path: PathBuf,
    verbose: bool,
}

/// What a run of a program gave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Executed {
    /// What the program says.
    pub statement: Statement,
    /// The run.
    pub execution: Execution,
}

/// A new proof, not yet verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proved {
    /// What is proved.
    pub statement: Statement,
    /// The run.
    pub execution: Execution,
    /// The proof, with its public values.
    pub file: ProofFile,
}

impl Worker {
    /// The program that the variable `ZKLENS_SP1` names, else that beside this one, else that on the path.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn find() -> Result<Self, WorkerError> {
        let named = env::var_os(VARIABLE).filter(|path| !path.is_empty());
        let here = env::current_exe().ok();
        let folder = here.as_deref().and_then(Path::parent);
        let path = env::var_os("PATH").unwrap_or_default();
        let found = locate(named.as_deref(), folder, &path);
        found.map(Self::at).ok_or(WorkerError::NotFound)
    }

    /// The program in this file.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            verbose: false,
        }
    }

    /// Whether what SP1 writes to standard error goes to this program's.
    #[must_use]
    pub const fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }

    /// Runs a program on an image file and, if it takes one, a `.zkl` file. `progress` is told what happens.
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

    /// Runs a program as [`Self::execute`] does, and proves that.
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

    /// Verifies a core or compressed proof of a program, and says why it is false, if it is.
    ///
    /// # Errors
    ///
    /// Nobody knows whether it is: see [`WorkerError`].
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

    /// Computes a program's verifying key, which is [`Program::vkey`].
    ///
    /// # Errors
    ///
    /// It is not, or see [`WorkerError`].
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
        let conversation = Conversation::start(&self.path, request, self.verbose);
        let conversation = conversation.map_err(|error| WorkerError::CannotStart {
            path: self.path.clone(),
            error,
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
        // If there is nothing, that is said when it is started: with its name.
        return Some(named.into());
    }
    let name = format!("{NAME}{}", env::consts::EXE_SUFFIX);
    let folders = folder.map(Path::to_path_buf).into_iter();
    let mut places = folders.chain(env::split_paths(path));
    places.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
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
