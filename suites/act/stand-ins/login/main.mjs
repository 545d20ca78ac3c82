throw new Error('a login was tried, though no role and no account was given');
