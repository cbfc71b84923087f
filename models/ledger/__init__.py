"""What is owed: money, days, creditors, debtors, invoices, payments, allocation."""
